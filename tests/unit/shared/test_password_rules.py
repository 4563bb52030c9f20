"""Which passwords are accepted: what is tried first is not, whatever it is dressed up as; a passphrase of words is."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.password_rules import (
    MAX_LENGTH,
    MIN_LENGTH,
    common_passwords,
    core_of,
    fault_of_password,
    normalized,
)

EMAIL = "maria.lopez87+news@mail-host.example"

SHORT = "is shorter than 15 characters"
LONG = "is longer than 256 characters"
UNDEFINED = "holds a control character, or one that is not defined in Unicode"
COMMON = "is one of the commonest passwords, or one of them repeated or padded"
PLAIN = "is little more than a repetition or a row of keys"
OWN = "is little more than the e-mail address or the name of this service"

# As diceware lists have them: short and long, common passwords among them, and some that hold rows of keys.
_LINES = (
    "abacus acorn album anchor apple arrow autumn badge bamboo banana basket battery beacon bishop bridge "
    "browsed buffalo cactus camera candle carbon castle cherry cobalt correct cricket daisy dessert dolphin "
    "dragon drowsed elbow engine falcon feather ferry football forest garlic ginger glacier hammer harbor "
    "hockey horse iceberg island jacket jungle kettle killer ladder lemon lizard magnet maple master monkey "
    "mustard needle nickel ocean orange overstuff oxygen paddle pepper pilot pirate poet polo property pumpkin "
    "quartz rabbit ribbon rocket saddle shadow silver soccer staple sunshine superman tiger tulip tunnel "
    "umbrella understudy velvet violin walnut were whisper winter yellow zebra zipper "
)
WORDS = _LINES.split()

ENTRIES = sorted(common_passwords())
LETTERED = [entry for entry in ENTRIES if core_of(entry)]


def fault(password: str, email: str = EMAIL) -> str | None:
    return fault_of_password(password, email=email)


def enough(text: str, *, at_least: int = 2) -> int:
    """How often a text is to be said to be long enough."""
    return max(at_least, -(-MIN_LENGTH // len(text)))


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "my cat likes tuna fish",
        "Tr0ub4dor&3 and some more",
        "  spaces at both ends  ",
        "gJ7$kq!Zp2#vXw9",
        "k3f9-q7xm-2vbn-8tyz",
        "e5f1c09a-77d2-4b60-93ce-1ad8f2064b7c",
        "4917 3380 6152 7749",
        "Zwölf Boxkämpfer jagen",
        "ёжик в тумане идёт домой",
        "ฉันชอบกินข้าวผัดกุ้ง",
        "春眠不覚暁処処聞啼鳥夜来風雨声",
        "نامه\u200cها را فردا می\u200cخوانم",  # noqa: RUF001
        "🦊🌵🎻🧊🚲🍋🪁🐙🔭🎈🌋🥨🧭🪴🛶",
    ],
)
def test_what_nobody_guesses_is_accepted(password: str) -> None:
    assert fault(password) is None


@given(st.lists(st.sampled_from(WORDS), min_size=4, max_size=6, unique=True), st.sampled_from([" ", "-", ".", "", "7"]))
def test_a_passphrase_of_random_words_is_accepted(words: list[str], separator: str) -> None:
    password = separator.join(words)
    assume(len(password) >= MIN_LENGTH)
    assert fault(password) is None


def test_what_a_password_manager_makes_is_accepted() -> None:
    make = random.Random(6)
    for alphabet in ("abcdefghijklmnopqrstuvwxyz", "ABCdefGHI0123456789jkl", "aZ3$kQ9!x_-#Lm.W"):
        for _ in range(300):
            assert fault("".join(make.choices(alphabet, k=20))) is None


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("", SHORT),
        ("x7Kq!mZ2#vWp9L", SHORT),
        ("passwordpassword", COMMON),
        ("passwordpasswor", COMMON),
        ("Password!Password!", COMMON),
        ("pass word pass word", COMMON),
        ("password1234567", COMMON),
        ("P@$$w0rd!!!!!!!!", COMMON),
        ("Fl0r3nc3-1987-11-19", COMMON),
        ("$unshine-1987-11-19", COMMON),
        ("xxxxxxxxpassword", COMMON),
        ("***letmein***2026***", COMMON),
        ("19-11-1987 Dragon!", COMMON),
        ("qazwsxedcrfvtgbpolniypizdec", None),  # two that are known make one that is not
        ("\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff441234567", COMMON),  # full-width letters
        ("p\u200ba\u200bs\u200bsword\u202e1234567", COMMON),
        ("48151623424815162342", COMMON),
        ("qwerty83017492650", COMMON),
        ("aaaaaaaaaaaaaaaa", COMMON),
        ("abcabcabcabcabcabc", PLAIN),
        ("aabbccddeeffgghh", COMMON),
        ("111222333444555666", PLAIN),
        ("12345678987654321", PLAIN),
        ("90123456789012345", PLAIN),
        ("abcdefghijklmnopq", PLAIN),
        ("zyxwvutsrqponmlkj", PLAIN),
        ("αβγδεζηθικλμνξο", PLAIN),
        ("qwertyuiop[]asdf", PLAIN),
        ("poiuytrewqlkjhgf", PLAIN),
        ("qwertzuiopü123456", PLAIN),
        ("azertyuiop123456", COMMON),
        ("фывапролджэфывап", PLAIN),
        ("!@#$%^&*()_+1234", PLAIN),
        ("1qaz2wsx3edc4rfv5tgb", COMMON),
        ("1q2w3e4r5t6y7u8i", COMMON),
        ("               ", PLAIN),
        ("\u200b\u200c\u200d\u2060" * 4, PLAIN),
        ("maria.lopez87+news", OWN),
        ("maria.lopez.2026!", OWN),
        ("LOPEZ maria 12345", OWN),
        ("m4ri4l0pez111111", OWN),
        ("mail-host.example", OWN),
        ("maria@mail-host.example", OWN),
        (EMAIL, OWN),
        ("fluxvector-2026!", OWN),
        ("Flux Vector 1234567", OWN),
        ("fluxvectorpassword", OWN),
        ("lopezsunshine2026", OWN),
        ("mar\u200bia.lop\u200bez.2026!!", OWN),
        ("marialopezx7kq9mz", OWN),  # 7 characters are left
        ("marialopezx7kq9mz2", None),  # 8 are
        ("lopez and the other horses", None),
        ("a vector of violins", None),
    ],
)
def test_what_is_tried_first_is_refused(password: str, expected: str | None) -> None:
    assert fault(password) == expected


@given(st.sampled_from(ENTRIES), st.sampled_from(["", " ", "-"]), st.booleans())
def test_a_common_password_repeated_is_refused(entry: str, separator: str, is_loud: bool) -> None:
    password = separator.join([entry] * enough(entry))
    assert fault(password.upper() if is_loud else password) is not None


@given(
    st.sampled_from(LETTERED),
    st.text("0123456789", max_size=20),
    st.text("0123456789", max_size=20),
    st.sampled_from("!?.*_ "),
)
def test_a_common_password_padded_with_digits_is_refused(entry: str, before: str, behind: str, fill: str) -> None:
    assert fault(f"{before}{entry.title()}{behind}".ljust(MIN_LENGTH, fill)) is not None


@given(st.sampled_from(ENTRIES), st.sampled_from("xz!.* 0"), st.integers(11, 100), st.booleans())
def test_a_common_password_padded_with_one_character_is_refused(
    entry: str, character: str, times: int, is_before: bool
) -> None:
    assume(entry[0] != character != entry[-1])
    padding = character * times
    assert fault(padding + entry if is_before else entry + padding) is not None


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=7), st.integers(15, 36))
def test_a_short_unit_repeated_is_refused(unit: str, times: int) -> None:
    assert fault(unit * times) is not None


@given(
    st.permutations(["maria", "lopez", "news", "mail", "host", "fluxvector", "vector"]),
    st.sampled_from(["", ".", "2026"]),
)
def test_parts_of_the_address_in_any_order_are_refused(parts: list[str], end: str) -> None:
    assert fault(" ".join(parts[:4]) + end) == OWN


@pytest.mark.parametrize(
    "email", ["", "@", "a@b.c", "x" * 64 + "@" + "y" * 180 + ".org", "....@....", "dörte@bücher.example"]
)
def test_an_address_of_any_form_takes_nothing_from_a_good_password(email: str) -> None:
    assert fault("correct horse battery staple", email) is None


def test_international_addresses_count_as_well() -> None:
    assert fault("Bücher-Dörte-2026", "dörte@bücher.example") == OWN
    assert fault("Bu\u0308cher-Do\u0308rte-2026", "dörte@bücher.example") == OWN


def test_characters_are_code_points_after_nfc() -> None:
    good = "Xk9$mQ2!vLp7#w"
    assert fault(good) == SHORT
    assert fault(good + "e\u0301") is None  # e and an acute accent become one character, the fifteenth
    assert fault((good * 17 + "abc9 jumps over the lazy")[:254] + "e\u0301e\u0301") is None
    assert fault((good * 17 + "abc9 jumps over the lazy")[:255] + "e\u0301e\u0301") == LONG
    assert fault(good[:-1] + "x\u0301") is None  # x and an accent stay two
    assert fault("🦊" + good) is None  # one, though two in UTF-16 and four bytes


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_composed_and_decomposed_forms_are_one_password(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert normalized(decomposed) == normalized(text) == unicodedata.normalize("NFC", text)
    assert fault(decomposed) == fault(text)


@pytest.mark.parametrize("character", ["\x00", "\t", "\n", "\x7f", "\x85", "\ud800", "\uffff", "\U0003fffd"])
def test_what_is_no_character_is_refused(character: str) -> None:
    assert fault(f"correct horse {character}battery staple") == UNDEFINED


@pytest.mark.parametrize(
    "character", ["\u00a0", "\u3000", "\u200f", "\u202e", "\ue000", "\U0001f600", "\u0301", '"', "\\", "'"]
)
def test_everything_else_is_a_character(character: str) -> None:
    assert fault(f"correct horse {character}battery staple") is None


@given(st.text(st.characters(), max_size=400))  # lone surrogates too
def test_any_text_has_an_answer_that_does_not_quote_it(text: str) -> None:
    answer = fault(text)
    assert answer in {None, SHORT, LONG, UNDEFINED, COMMON, PLAIN, OWN}
    assert (answer == SHORT) == (len(normalized(text)) < MIN_LENGTH)
    assert (answer == LONG) == (len(normalized(text)) > MAX_LENGTH)


def test_hostile_texts_are_answered() -> None:
    assert fault("😀\u0301😀\u0323😀\u0308" * 42) == PLAIN
    assert fault("".join(f"{chr(0x1F600 + at % 80)}{chr(0x300 + at % 37)}" for at in range(128))) is None
    assert fault("\ufdfa" * MAX_LENGTH) == PLAIN  # eighteen letters each in its compatibility form
    assert fault("a" + "\u0301\u0323" * 129) == LONG
    assert fault("\u202e\u200f" * 128) == PLAIN
    # Four code points become one, so this is just short enough; NFC of the next would take minutes.
    assert len(normalized("\u03b1\u0313\u0300\u0345" * MAX_LENGTH)) == MAX_LENGTH
    assert fault("a" + "\u0301\u0323" * 1_000_000) == LONG
    assert normalized("a" + "\u0301\u0323" * 1_000_000).endswith("\u0301\u0323")


def test_the_list_holds_folded_cores_and_nobody_s_address() -> None:
    assert len(ENTRIES) > 15_000
    assert {"password", "qwerty", "iloveyou", "polniypizdec", "4815162342"} <= common_passwords()
    for entry in ENTRIES:
        assert entry == unicodedata.normalize("NFKC", entry.casefold())
        assert core_of(entry) in ("", entry)
        assert len(entry) >= 4
        assert "@" not in entry or len(entry) <= 8

"""Which passwords are accepted: length, characters, and none that an attacker tries first (NIST SP 800-63B-4).

A password is its Unicode text in NFC, encoded as UTF-8. Its characters are the code points of that form, each of which
counts: none is trimmed, cut or folded away. Only the look for known passwords folds case, compatibility forms and
invisible characters. There are no rules on which kinds of characters it holds.

`common_passwords.txt` lists what is known: infra/decisions/0019-passwords.md tells where it is from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unicodedata import category, normalize

MIN_LENGTH = 15
MAX_LENGTH = 256

_LIST = Path(__file__).with_name("common_passwords.txt")
_MAX_GROWTH = 4  # the most code points that NFC makes one of: a longer text stays longer than MAX_LENGTH
_MIN_REST = 8  # characters that have to be left of a password when all that can be guessed is taken out
_MIN_PIECE = 3  # shorter parts of an address stand in words of every kind
_SERVICE = ("fluxvector", "flux", "vector")

_REFUSED_CATEGORIES = {"Cc", "Cs", "Cn"}  # what Unicode does not define yet may get another NFC when it does
_REPEATED = re.compile(r"(.{1,14}?)\1+", re.DOTALL)
_PADDING = re.compile(r"^(.)\1{2,}|(.)\2{2,}$", re.DOTALL)
_SEPARATORS = re.compile(r"[^\w]|_")
_LEET = str.maketrans("@40!13$57", "aaoiiesst")
_WALKS = (
    *("qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "~!@#$%^&*()_+", "12345678901234567890"),
    *("qwertzuiopü", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
    *("1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "qazwsxedcrfvtgbyhnujmik,ol.p;/"),
    *("zaq1xsw2cde3vfr4bgt5nhy6mju7,ki8.lo9/;p0", "1qazxsw23edcvfr45tgbnhy67ujm,ki89ol./;p0"),
    *("10293847561", "14725836914", "36925814736", "0102030405060708090"),
    *("1q2w3e4r5t6y7u8i9o0p", "qawsedrftgyhujikolp;", "azsxdcfvgbhnjmk,l.;/", "q1w2e3r4t5y6u7i8o9p0"),
)


def normalized(password: str) -> str:
    """The form that is counted and hashed: NFC. What is too long to be a password is answered as it is.

    NFC takes quadratic time on a long run of combining marks, which nobody but an attacker sends.
    """
    return password if len(password) > MAX_LENGTH * _MAX_GROWTH else normalize("NFC", password)


def fault_of_password(password: str, *, email: str) -> str | None:
    """What is wrong with a password for the account of this address: a sentence without its subject, None if nothing.

    Never quotes the password. Takes below 2 ms, and some 3 ms more the first time, which reads the list.
    """
    password = normalized(password)
    return _fault_of_form(password) or _fault_of_guesses(password, email)


def core_of(text: str) -> str:
    """A known password without what it is padded with: from its first letter to its last. "" if it has none."""
    letters = [at for at, character in enumerate(text) if character.isalpha()]
    return text[letters[0] : letters[-1] + 1] if letters else ""


@cache
def common_passwords() -> frozenset[str]:
    """The cores of common passwords, folded, of 4 characters or more, and whole those that have no letter."""
    return frozenset(_LIST.read_text(encoding="utf-8").splitlines())


def _fault_of_form(password: str) -> str | None:
    if len(password) < MIN_LENGTH:
        return f"is shorter than {MIN_LENGTH} characters"
    if len(password) > MAX_LENGTH:
        return f"is longer than {MAX_LENGTH} characters"
    if any(category(character) in _REFUSED_CATEGORIES for character in password):
        return "holds a control character, or one that is not defined in Unicode"
    return None


def _fault_of_guesses(password: str, email: str) -> str | None:
    folded = _folded(password)
    if _is_common(folded):
        return "is one of the commonest passwords, or one of them repeated or padded"
    # Folding can make a word of one character, which is one for all that.
    if _worth(folded) < _MIN_REST or (not password.isascii() and _worth(password) < _MIN_REST):
        return "is little more than a repetition or a row of keys"
    pieces = _pieces(email)
    for text in {folded, folded.translate(_LEET)}:
        rest = text
        for piece in pieces:
            rest = rest.replace(piece, "")
        if rest != text and (_worth(rest) < _MIN_REST or _is_common(rest)):
            return "is little more than the e-mail address or the name of this service"
    return None


def _folded(text: str) -> str:
    """The text as it is compared: whoever writes a common password in other letters has not made it rarer."""
    text = normalize("NFKC", normalize("NFKC", text).casefold())
    return "".join(character for character in text if category(character) != "Cf")[:MAX_LENGTH]


def _is_common(folded: str) -> bool:
    known = common_passwords()
    for text in {folded, _unit(folded), _REPEATED.sub(r"\1", folded), _PADDING.sub("", folded)}:
        for form in (text, _SEPARATORS.sub("", text)):
            if form in known or not known.isdisjoint(_cores(form)):
                return True
    return False


def _cores(text: str) -> Iterator[str]:
    """The core of a text as it is, and with the digits and signs for letters read as such, at its ends too or not."""
    core = core_of(text)
    yield core
    at = text.find(core)
    for start in {max(at - 1, 0), at}:
        for end in (at + len(core), at + len(core) + 1):
            yield core_of(text[start:end].translate(_LEET))


def _worth(text: str) -> int:
    """How many characters are left when each repetition is said once, and each row of keys by its first key."""
    return len(_REPEATED.sub(r"\1", _without_walks(_REPEATED.sub(r"\1", _unit(text)))))


def _unit(text: str) -> str:
    """The shortest text that, said again and again and cut anywhere, gives this one."""
    border = [0] * len(text)  # of each beginning, the length of its longest end that it also begins with
    for at in range(1, len(text)):
        length = border[at - 1]
        while length and text[at] != text[length]:
            length = border[length - 1]
        border[at] = length + (text[at] == text[length])
    return text[: len(text) - border[-1]] if text else ""


def _without_walks(text: str) -> str:
    steps = _steps()
    kept: list[str] = []
    at = 0
    while at < len(text):
        kept.append(text[at])
        end = at
        while text[end : end + 4] in steps or _counts(text[end : end + 4]):
            end += 1
        at = end + 3 if end > at else at + 1
    return "".join(kept)


@cache
def _steps() -> frozenset[str]:
    """Each four keys in a row, there and back."""
    return frozenset(way[at : at + 4] for walk in _WALKS for way in (walk, walk[::-1]) for at in range(len(walk) - 3))


def _counts(text: str) -> bool:
    """Whether these are four characters one after another, in an alphabet or in digits of any script."""
    if len(text) < 4:
        return False
    first, second, third, fourth = map(ord, text)
    return second - first in (1, -1) and second - first == third - second == fourth - third


def _pieces(email: str) -> list[str]:
    """What a password may not be made of: parts of the address and names of the service, the longest first."""
    folded = _folded(email)
    local, _, domain = folded.rpartition("@")
    pieces = {folded, local, domain, *_SERVICE}
    for part in re.split(r"[.@+_-]", folded):
        pieces |= {part, core_of(part)}
    return sorted((piece for piece in pieces if len(piece) >= _MIN_PIECE), key=lambda piece: (-len(piece), piece))

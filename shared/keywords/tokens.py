"""Text to tokens: the words of languages that space them, and characters and pairs where a language does not.

Both sides of a keyword search are read the same way: compatibility forms and case are folded (NFKC, casefold), a word
is a run of letters, digits and their combining marks, and all else separates, so that `foo_bar`, `AB-1234` and
`ann@example.org` are found by their parts. Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese and other scripts whose
words stand without a space, or grow endings as Korean ones do, are cut into pairs of neighbours: the pairs of a word
are among the pairs of any text that holds it. A document gives its single characters as well, so that a query of one
character finds it; a longer query gives pairs alone, for its characters stand in too much else.
"""

from __future__ import annotations

import operator
import re
from functools import lru_cache
from itertools import pairwise, starmap
from unicodedata import category, normalize

LONGEST = 64
"""Characters of a token; what is longer is cut."""

# Whole blocks: what is no word character in them separates before they matter. Emoji are here so that one is found
# among others, with or without a skin tone.
_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u1950-\u19df\u1a20-\u1aaf"  # Tai Le, New Tai Lue, Tai Tham
    "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"  # Hangul
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u302f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u3031-\u3035\u3041-\u30ff\u31f0-\u31ff\U0001aff0-\U0001b16f"  # Hiragana, Katakana
    "\u3105-\u312f\u31a0-\u31bf"  # Bopomofo
    "\ua000-\ua4cf"  # Yi
    "\u2600-\u27bf\u2b50\U0001f000-\U0001faff"  # emoji
)
_UNSPACED_RUN = re.compile(f"([{_UNSPACED}]+)")
_EMOJI = re.compile("[\u2600-\u27bf\u2b50\U0001f000-\U0001faff]")

# Written or left out at the writer's choice: the points of Arabic and Hebrew, the stroke that stretches an Arabic word.
# Variation selectors choose between drawings of one character.
_OPTIONAL = re.compile(
    "[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_ZERO_WIDTH_SPACE = "\u200b"

_ASCII = {code: " " for code in range(128) if not chr(code).isalnum()}

# Sorting a run of combining marks takes quadratic time, and a text of nothing else a second; so it is folded in pieces
# that end at a space where there is one, and no piece grows beyond three times its length (one character may to 18).
_PIECES = re.compile(r".{1,1000}(?!\S)|.{1,1000}", re.DOTALL)
_GROWTH = 3

# What follows a word's apostrophe in English is no word (cat's, don't, we'll); what precedes it in French or Italian is
# (l'eau, dell'arte), and so it separates. In Ukrainian and Belarusian it is part of the word.
_ENDING = re.compile(r"(?<=[^\W_])'(?:[stdm]|ll|re|ve)(?![\w'])")
_INNER = re.compile("(?<=[\u0400-\u052f])'(?=[\u0400-\u052f])")


def tokens(text: str, *, turkish: bool = False, query: bool = False) -> list[str]:
    """The tokens of a text in their order, repetitions included; none are empty or longer than 64 characters.

    `turkish` folds I and İ as Turkish does. `query` leaves out the single characters of an unspaced script, save where
    one stands alone.
    """
    if turkish:
        text = text.replace("\u0130", "i").replace("I", "\u0131")
    if text.isascii():
        text = text.lower()
        if "'" in text:
            text = _ENDING.sub("", text)
        words = text.translate(_ASCII).split()
        return [word[:LONGEST] for word in words] if len(max(words, key=len, default="")) > LONGEST else words
    text = "".join(map(_folded, _PIECES.findall(text)))
    characters = set(text)
    text = text.translate({ord(one): to for one in characters if (to := _becomes(one)) != one})
    if not any(map(_UNSPACED_RUN.match, characters)):
        return [word[:LONGEST] for word in text.split()]
    marks = frozenset(one for one in characters if category(one)[0] == "M")
    return _mixed(text, marks, query)


def _folded(piece: str) -> str:
    text = normalize("NFKC", piece)[: _GROWTH * max(len(piece), 32)].casefold()
    # What casefold takes apart stands together again; the dot that it leaves of İ is dropped.
    text = normalize("NFKC", text.replace("i\u0307", "i")).replace("\u2019", "'").replace("\u02bc", "'")
    return _INNER.sub("", _ENDING.sub("", text)) if "'" in text else text


@lru_cache(4096)
def _becomes(character: str) -> str | None:
    """What stands in a character's place: itself in a word, a space between words, None where it is left out."""
    if _OPTIONAL.match(character):
        return None
    if character.isalnum():
        return character
    kind = category(character)
    if kind in ("Mn", "Mc") or _EMOJI.match(character):
        return character
    # Format characters (soft hyphen, joiners, directions) and enclosing marks say nothing about where a word ends.
    return None if kind in ("Cf", "Me") and character != _ZERO_WIDTH_SPACE else " "


def _mixed(text: str, marks: frozenset[str], query: bool) -> list[str]:
    found: list[str] = []
    for word in text.split():
        for place, piece in enumerate(_UNSPACED_RUN.split(word)):
            if not piece:
                continue
            if place % 2 == 0:
                found.append(piece[:LONGEST])
                continue
            units = list(piece) if marks.isdisjoint(piece) else _clusters(piece, marks)
            if not query or len(units) == 1:
                found += units
            found += starmap(operator.add, pairwise(units))
    return found


def _clusters(run: str, marks: frozenset[str]) -> list[str]:
    """Characters with the marks that follow them, as a reader counts them."""
    units: list[str] = []
    for character in run:
        if units and character in marks and len(units[-1]) < LONGEST // 2:
            units[-1] += character
        else:
            units.append(character)
    return units

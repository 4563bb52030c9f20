"""The texts that a build runs through the float graph to see how large activations get.

They are ours, in some seventy languages and twenty-five scripts, and beside prose they hold what else customers
store: code, logs, tables, numbers, links, emoji, shouting, blanks, noise. None of them is a text that accuracy is
measured with. Prefixes are not part of them: whoever calibrates takes each as a query and as a
passage.
"""

from __future__ import annotations

import re
from pathlib import Path

_FILE = Path(__file__).parent.parent / "data" / "calibration" / "texts.txt"
_ESCAPE = re.compile(r"\\([nt\\])")
_CHARACTERS = {"n": "\n", "t": "\t", "\\": "\\"}

_LONG = 24
"""How many neighbouring lines of the file make one long text, of some 400 to 1,100 tokens."""
_REPEATED = 20
"""How often a line is said again in the texts that only repeat themselves, as boilerplate does."""
_MONOTONOUS = 120
"""How often a single word is."""


def _texts() -> tuple[str, ...]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    short = [_ESCAPE.sub(lambda match: _CHARACTERS[match[1]], line) for line in lines if line]
    # Neighbours in the file are of like language and kind, so most long texts are of one script, as real ones are.
    long = ["\n".join(short[start : start + _LONG]) for start in range(0, len(short) - _LONG, _LONG)]
    repeated = [" ".join([line] * _REPEATED) for line in short[8::48]]
    # What is tiny, or says one thing only, drives some activations further than prose does.
    tiny = dict.fromkeys(line[:1] for line in short)
    words = dict.fromkeys(line.split()[0][:24] for line in short[1::3])
    monotonous = [" ".join([word] * _MONOTONOUS) for word in list(words)[::8]]
    return tuple(dict.fromkeys((*short, *long, *repeated, *tiny, *words, *monotonous)))


CALIBRATION: tuple[str, ...] = _texts()
"""Distinct texts from one character to beyond 512 tokens; most are shorter than 60 tokens."""

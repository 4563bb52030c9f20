"""Templates become texts: `string.Template`, values always on one line, and always escaped in HTML.

The first line of a text template is the subject. A template names its parameters as `$name`; those of BUILT_IN come
from whoever sends, all others from the mail's row.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from string import Template

from shared.email.kinds import KINDS
from shared.plans import dollars

Value = str | int | float | bool | None

# The service, whom to ask, the address that it goes to; and of a link: its token and how long it works.
BUILT_IN = frozenset({"public_url", "privacy_contact", "email", "token", "valid_for"})

_FOLDER = Path(__file__).parent / "templates"
_SUBJECT = "Subject: "


class RenderFault(Exception):
    """A mail cannot be written: its kind is unknown, or a parameter is missing. Quotes no value."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a mail says; all of it stays out of the repr."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Templates:
    subject: Template
    text: Template
    html: Template

    @property
    def names(self) -> frozenset[str]:
        templates = (self.subject, self.text, self.html)
        return frozenset(name for template in templates for name in template.get_identifiers())


def params_of(kind: str) -> frozenset[str]:
    """The names of the parameters that a row of this kind must have. Raises RenderFault on an unknown kind."""
    return _templates(kind).names - BUILT_IN


def render(kind: str, values: Mapping[str, object]) -> Rendered:
    """Writes a mail. `values` are the row's parameters and the BUILT_IN ones. Raises RenderFault."""
    templates, (text_layout, html_layout) = _templates(kind), _layouts()
    plain = {name: _one_line(name, value) for name, value in values.items()}
    escaped = {name: html.escape(value) for name, value in plain.items()}
    try:
        subject = templates.subject.substitute(plain)
        text_body, html_body = templates.text.substitute(plain), templates.html.substitute(escaped)
        return Rendered(
            subject=subject,
            text=text_layout.substitute(plain | {"body": text_body}),
            html=html_layout.substitute(escaped | {"subject": html.escape(subject), "body": html_body}),
        )
    except KeyError as error:
        raise RenderFault(f"{kind} has no {error.args[0]}") from None


@cache
def _templates(kind: str) -> _Templates:
    if kind not in KINDS:
        raise RenderFault("unknown kind")
    first, _, text = _read(f"{kind}.txt").partition("\n\n")
    if not first.startswith(_SUBJECT) or "\n" in first:
        raise RenderFault(f"{kind}.txt does not begin with its subject and an empty line")
    return _Templates(
        Template(first.removeprefix(_SUBJECT)), Template(text.strip("\n")), Template(_read(f"{kind}.html").strip("\n"))
    )


@cache
def _layouts() -> tuple[Template, Template]:
    return Template(_read("layout.txt")), Template(_read("layout.html"))


def _read(name: str) -> str:
    return _FOLDER.joinpath(name).read_text(encoding="utf-8")


def _one_line(name: str, value: object) -> str:
    """A value as people read it: a time in words, money in dollars, control characters and line ends as spaces."""
    if value is None:
        return "unknown"
    if name.endswith("_nano") and isinstance(value, int):
        return f"${dollars(value)}"
    text = str(value)
    if name.endswith(("_at", "_until")):
        text = _in_words(text)
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _in_words(moment: str) -> str:
    """`24 November 2026, 21:02 UTC`; what is no time stays as it is."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    utc = at.astimezone(UTC) if at.tzinfo else at
    return f"{utc.day} {_MONTHS[utc.month - 1]} {utc:%Y, %H:%M} UTC"


# strftime's own names depend on the locale of the process.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

"""Which version of the privacy policy holds, which held before, and which was announced (policy, section 14).

A text becomes the current one on its date, if everybody was told of that very text in time. What nobody announced, and
what was changed after it was announced, is a draft: it is neither shown nor ever in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared import clock
from shared.db.connection import Database, Statement
from shared.db.sql_files import statements
from shared.legal.texts import PolicyText, policy_texts

Status = Literal["current", "former", "announced"]

_SQL = statements("legal")


@dataclass(frozen=True, slots=True)
class Announcement:
    """That a text was announced; `is_complete` once everybody has been told."""

    text_hash: bytes
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Version:
    """A version that people may read, and how it stands."""

    text: PolicyText
    status: Status


def standing(
    texts: tuple[PolicyText, ...], announcements: Mapping[str, Announcement], moment: datetime
) -> tuple[Version, ...]:
    """The versions at a moment, the oldest first; exactly one of them is current.

    `texts` are in the order of their dates. The first needs no announcement, and holds until another takes its place.
    """
    first, *others = texts
    known = [first]
    future = []
    for text in others:
        announcement = announcements.get(text.version)
        if announcement is None or announcement.text_hash != text.text_hash:
            continue
        if text.effective_at > moment:
            future.append(text)
        elif announcement.is_complete:
            known.append(text)
    *former, current = known
    return (
        *(Version(text, "former") for text in former),
        Version(current, "current"),
        *(Version(text, "announced") for text in future),
    )


async def policy_versions(database: Database) -> tuple[Version, ...]:
    """The versions as they stand now; one statement, and none while there is one text only. Raises Unavailable."""
    texts = policy_texts()
    announcements = {}
    if len(texts) > 1:
        rows = await database.execute(Statement(_SQL["list_announcements"]))
        announcements = {version: Announcement(text_hash, is_complete) for version, text_hash, is_complete in rows}
    return standing(texts, announcements, clock.now())


async def current_version(database: Database) -> str:
    """The version in force, which whoever signs up accepts. Raises Unavailable."""
    return current_of(await policy_versions(database)).text.version


def current_of(versions: tuple[Version, ...]) -> Version:
    """The one that is in force."""
    return next(each for each in versions if each.status == "current")

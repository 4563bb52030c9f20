"""How long ahead, and how soon, people are told (privacy policy, sections 13 and 14)."""

from __future__ import annotations

from datetime import datetime, timedelta

# Before a new version of the policy holds, everybody has been written to for so long.
POLICY_NOTICE = timedelta(days=30)
# So soon after becoming aware of a breach, whoever is affected has been written to.
BREACH_NOTICE = timedelta(hours=72)
# A breach of which nobody was told yet is urgent from here on.
BREACH_URGENT = timedelta(hours=12)


def is_in_time(effective_at: datetime, last_told_at: datetime) -> bool:
    """Whether a version may hold from a date, where the last one to be told is told at `last_told_at`."""
    return effective_at - last_told_at >= POLICY_NOTICE

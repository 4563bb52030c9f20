from __future__ import annotations


class NoticeFailure(Exception):
    """Why nobody was told, or not everybody, as one sentence for the operator; it names no person."""

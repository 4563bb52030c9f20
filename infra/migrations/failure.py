from __future__ import annotations


class MigrationFailure(Exception):
    """Why the database was not brought up to date, as one sentence for whoever runs it; nothing was half applied."""

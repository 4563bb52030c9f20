from __future__ import annotations


class IndexerFailure(Exception):
    """Why the index worker cannot work on this database, as one sentence for whoever runs it."""

from __future__ import annotations


class ErasureFailure(Exception):
    """Why a ledger cannot be exported or replayed, as one sentence for whoever runs it."""

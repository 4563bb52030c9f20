"""Whose queries the embedder may answer from its cache: those of the same account, live and test apart."""

from __future__ import annotations

import hashlib


def cache_scope(account_no: int, env: str, *, token: str) -> str:
    """32 hexadecimal digits that are the same wherever this deployment runs, and tell nothing of the account.

    Keyed by the embedder's token: numbers of accounts are few enough to try them all.
    """
    key = hashlib.blake2b(token.encode(), digest_size=32).digest()
    return hashlib.blake2b(f"{env}:{account_no}".encode(), key=key, digest_size=16, person=b"query scope").hexdigest()

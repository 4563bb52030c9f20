"""What `python -m infra.stripe` reads from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from infra.migrations.config import OWNER_URL
from shared.config import EnvReader
from shared.transport_rules import fault_of_database_url

API_BASE = "https://api.stripe.com"


@dataclass(frozen=True, slots=True)
class StripeSettings:
    """The account of Stripe's, and the service that it is for; the first three as the functions have them."""

    api_key: str = field(repr=False)
    api_base: str
    public_url: str
    # libpq URL of fluxvector_owner; only what writes events needs it.
    owner_url: str = field(repr=False, default="")

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None, *, writes_events: bool) -> StripeSettings:
        """Reads FLUXVECTOR_STRIPE_API_KEY, _STRIPE_API_BASE, _PUBLIC_URL and, where it is needed, the database's URL.

        Raises shared.config.ConfigurationError with all faults together.
        """
        reader = EnvReader(os.environ if env is None else env)
        settings = cls(
            api_key=reader.get("FLUXVECTOR_STRIPE_API_KEY", _not_empty),
            api_base=reader.get("FLUXVECTOR_STRIPE_API_BASE", _url, API_BASE),
            public_url="" if writes_events else reader.get("FLUXVECTOR_PUBLIC_URL", _url),
            owner_url=reader.get(OWNER_URL, _database_url) if writes_events else "",
        )
        reader.raise_faults()
        return settings


def _not_empty(raw: str) -> str:
    if not raw.strip():
        raise ValueError("is empty")
    return raw


def _url(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("is not an http:// or https:// URL")
    return raw.rstrip("/")


def _database_url(raw: str) -> str:
    if fault := fault_of_database_url(_not_empty(raw)):
        raise ValueError(fault)
    return raw

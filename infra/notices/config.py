"""What `python -m infra.notices` reads from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.migrations.config import OWNER_URL
from shared.config import EnvReader
from shared.transport_rules import fault_of_database_url


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """Where the database is, and what stands in every mail; the latter as the functions have it."""

    # libpq URL of fluxvector_owner.
    owner_url: str = field(repr=False)
    public_url: str = ""
    privacy_contact: str = ""

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None, *, writes_mail: bool) -> NoticeSettings:
        """Reads FLUXVECTOR_OWNER_DATABASE_URL and, for what writes mail, FLUXVECTOR_PUBLIC_URL and _PRIVACY_CONTACT.

        Raises shared.config.ConfigurationError with all faults together.
        """
        reader = EnvReader(os.environ if env is None else env)
        owner_url = reader.get(OWNER_URL, _database_url)
        public_url = reader.get("FLUXVECTOR_PUBLIC_URL", _not_empty) if writes_mail else ""
        contact = reader.get("FLUXVECTOR_PRIVACY_CONTACT", _not_empty) if writes_mail else ""
        reader.raise_faults()
        return cls(owner_url, public_url.rstrip("/"), contact)


def _database_url(raw: str) -> str:
    if fault := fault_of_database_url(_not_empty(raw)):
        raise ValueError(fault)
    return raw


def _not_empty(raw: str) -> str:
    if not raw.strip():
        raise ValueError("is empty")
    return raw

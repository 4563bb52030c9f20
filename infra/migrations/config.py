"""What the commands of `python -m infra.migrations` read from the environment.

One more reader of the environment: an operator of a managed database runs these commands without local mode,
so they cannot take their settings from infra/local/config.py.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from infra.migrations.failure import MigrationFailure
from infra.migrations.roles import Passwords

OWNER_URL = "FLUXVECTOR_OWNER_DATABASE_URL"
ADMIN_URL = "FLUXVECTOR_ADMIN_DATABASE_URL"


def _required(environment: Mapping[str, str], names: list[str]) -> list[str]:
    missing = [name for name in names if not environment.get(name)]
    if missing:
        raise MigrationFailure(f"Set {', '.join(missing)} in the environment.")
    return [environment[name] for name in names]


def owner_url(environment: Mapping[str, str] = os.environ) -> str:
    """FLUXVECTOR_OWNER_DATABASE_URL: libpq URL of fluxvector_owner, a direct connection and not a pooler's."""
    return _required(environment, [OWNER_URL])[0]


def admin_url_and_passwords(environment: Mapping[str, str] = os.environ) -> tuple[str, Passwords]:
    """The administrator's URL and the three roles' passwords, all required, missing ones reported together."""
    names = [ADMIN_URL, "FLUXVECTOR_OWNER_PASSWORD", "FLUXVECTOR_API_PASSWORD", "FLUXVECTOR_JOBS_PASSWORD"]
    admin, owner, api, jobs = _required(environment, names)
    return admin, Passwords(owner=owner, api=api, jobs=jobs)

"""The three roles of the database and what they are given; none is a superuser and none passes row-level security."""

from __future__ import annotations

from dataclasses import dataclass

OWNER = "fluxvector_owner"
API = "fluxvector_api"
JOBS = "fluxvector_jobs"
DATABASE = "fluxvector"

ROLE_SETTINGS: dict[str, dict[str, str]] = {
    # Migrations set timeouts of their own (runner.py).
    OWNER: {"jit": "off"},
    # A generic plan cannot use the partial index of a collection. 30 s is API Gateway's own patience.
    API: {
        "plan_cache_mode": "force_custom_plan",
        "statement_timeout": "30s",
        "lock_timeout": "4s",
        "idle_in_transaction_session_timeout": "30s",
        "jit": "off",
    },
    JOBS: {
        "plan_cache_mode": "force_custom_plan",
        "statement_timeout": "5min",
        "lock_timeout": "4s",
        "idle_in_transaction_session_timeout": "1min",
        "jit": "off",
    },
}


@dataclass(frozen=True, slots=True, repr=False)
class Passwords:
    """The passwords of the three roles. Without a `repr`, so that no traceback or log shows them."""

    owner: str
    api: str
    jobs: str

"""A pytest plugin, `-p tests.support.server_of_others`: takes its databases from the server of the run that started it.

FLUXVECTOR_TEST_SERVER_HOME is that server's folder, whose migrated database is of that run's sources.
"""

from __future__ import annotations

import os

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """As tests/conftest.py finds it in a worker of another process."""
    given = {"database_home": os.environ["FLUXVECTOR_TEST_SERVER_HOME"], "workerid": f"guest_{os.getpid()}"}
    config.workerinput = given  # type: ignore[attr-defined]

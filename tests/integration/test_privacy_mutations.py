"""Each guard of the policy is needed: with its line changed, the test that is named for it fails (infra/privacy.md)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.database import TestServer
from tests.support.mutations import MUTATIONS, copied, fault_of


@pytest.fixture(scope="module")
def sources() -> Iterator[Path]:
    """A copy of the sources, to be changed."""
    with copied() as root:
        yield root


@pytest.fixture(scope="module")
def server_home(database_server: TestServer) -> Path:
    """The folder of this run's server."""
    with psycopg.connect(database_server.admin_url) as admin:
        [(folder,)] = admin.execute("SHOW data_directory").fetchall()
    return Path(str(folder)).parent


@pytest.mark.parametrize("name", MUTATIONS)
def test_policy_a_guard_is_missed_where_it_is_taken_out(name: str, sources: Path, server_home: Path) -> None:
    assert fault_of(MUTATIONS[name], sources, server_home) == ""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support import product as products
from tests.support.database import (
    EMPTY_TEMPLATE,
    TEMPLATE,
    Clones,
    TestDatabase,
    TestServer,
    hold_home,
    leave_home,
    make_home,
    server_of_the_run,
)

_HOME = pytest.StashKey[Path]()
_ALIVE = pytest.StashKey[Any]()


def pytest_configure(config: pytest.Config) -> None:
    """The process that people start makes the home of the test server; workers are told where it is."""
    if hasattr(config, "workerinput"):
        config.stash[_HOME] = Path(config.workerinput["database_home"])
        return
    home = make_home()
    config.stash[_HOME] = home
    config.stash[_ALIVE] = hold_home(home)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["database_home"] = str(node.config.stash[_HOME])


def pytest_unconfigure(config: pytest.Config) -> None:
    alive = config.stash.get(_ALIVE, None)
    if alive is not None:
        leave_home(config.stash[_HOME], alive)
        shutil.rmtree(config.stash[_HOME], ignore_errors=True)


@pytest.fixture(scope="session")
def database_server(request: pytest.FixtureRequest) -> TestServer:
    """The run's one server; only tests that ask for a database start it."""
    return server_of_the_run(request.config.stash[_HOME])


@pytest.fixture(scope="session")
def database_clones(request: pytest.FixtureRequest, database_server: TestServer) -> Iterator[Clones]:
    """This worker's copies; `database` and `empty_database` are what a test asks for."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with psycopg.connect(database_server.admin_url, autocommit=True) as admin:
        yield Clones(database_server, admin, f"test_{worker}")


@pytest.fixture
def database(database_clones: Clones) -> Iterator[TestDatabase]:
    """A database of the test's own, all migrations applied, no rows."""
    with database_clones.of(TEMPLATE) as made:
        yield made


@pytest.fixture
def empty_database(database_clones: Clones) -> Iterator[TestDatabase]:
    """A database of the test's own as bootstrap.py leaves it: no migration applied."""
    with database_clones.of(EMPTY_TEMPLATE) as made:
        yield made


@pytest.fixture(scope="session")
def product() -> Iterator[products.Product]:
    """The started product (`python -m infra.local`), one for each worker whose tests ask for it.

    Tests share its one account, so each names its collections for itself. Skips without the default model.
    """
    if not products.MODEL_DIR.exists():
        pytest.skip("needs the default model: `make model`")
    with products.home() as home, products.started(home / "data") as started:
        yield started

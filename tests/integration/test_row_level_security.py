"""A statement that forgets its account, or names another one, reads and changes nobody else's rows.

Every statement of shared/db/sql is run as the functions' role, in a transaction of one account, with parameters that
name things of another: as it is, with the other's number for its own, and with its comparison with the account taken
out. It answers what it answers in a database in which there never was another account, and the other's rows stay as
they were. As the owner, whom row-level security does not hold, the same statement reaches them: that shows that the
attack is one.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from infra.migrations.roles import API
from shared.db import sql_files
from tests.support import migrated
from tests.support.checksums import checksums_by
from tests.support.database import TEMPLATE, Clones
from tests.support.sql_tree import parse_with_parameters, tables_of
from tests.support.statement_parameters import fill_further, parameters
from tests.support.whole_account import WholeAccount

FOLDER = Path(sql_files.__file__).parent / "sql"
STATEMENTS = {
    f"{path.stem}.{name}": sql.decode()
    for path in sorted(FOLDER.glob("*.sql"))
    for name, sql in sql_files.statements(path.stem).items()
}
COMPARISON = re.compile(r"(?:\w+\.)?account_no\s*=\s*%\(account_no\)s")

MINE, OTHERS = 811_000_001, 922_000_001
OTHER = WholeAccount(OTHERS, "bravobravo", ())

# Statements that run before an account is known, by something that only its owner has: they find it, as they should.
BY_A_SECRET = {
    "admission.admit": "the hash of a key, the id of a session that we signed",
    "sessions.rotate_refresh_token": "the hash of a token",
    "sign_in.find_sign_in": "an e-mail address; what is answered goes nowhere but into the check of a password",
    "sign_in.sign_up": "an e-mail address",
    "sign_in.request_link": "an e-mail address, to which the mail goes",
    "sign_in.find_link": "the hash of a token",
    "sign_in.address_of_link": "the hash of a token",
    "sign_in.use_link": "the hash of a token",
    "sign_in.reset_password": "the hash of a token",
    "webhooks.find_billed_account": "the id of a customer, which Stripe and we know",
    "webhooks.apply_subscription": "the id of a customer",
    "webhooks.close_erased_customer": "the id of a customer",
    "webhooks.forget_customer": "the id of a customer",
    # Buckets are of addresses, not of accounts, and keyed hashes.
    "attempts.take_attempts": "the bucket of an address",
    "attempts.give_back_attempts": "the bucket of an address",
}
# Statements that reach nothing of the other account even as the owner of the tables, and why.
FOUND_BY_A_FUNCTION = "rows are found by a function that itself names the transaction's account"
HARMLESS = {
    "erasure.forget_erased_account": "it does nothing while there is a row of anybody",
    "export.read_vectors": FOUND_BY_A_FUNCTION,
    "idempotency.claim_key": "the row that it may overwrite is found by a key that the account leads",
    "listing.list_vectors": FOUND_BY_A_FUNCTION,
    "search.search_both": FOUND_BY_A_FUNCTION,
    "search.search_keyword": FOUND_BY_A_FUNCTION,
    "updates.list_large_matching": FOUND_BY_A_FUNCTION,
    "updates.list_matching_metadata": FOUND_BY_A_FUNCTION,
}


class World(NamedTuple):
    """Connections to two databases, one with both accounts, one that never had the other; and what the other has.

    They are a superuser's, who takes the role of whom he runs a statement for.
    """

    both: psycopg.Connection[Any]
    alone: psycopg.Connection[Any]
    untouched: dict[str, str]


@pytest.fixture(scope="module")
def world(database_clones: Clones) -> Iterator[World]:
    options: dict[str, Any] = {"autocommit": True, "cursor_factory": psycopg.ClientCursor}
    with database_clones.of(TEMPLATE) as both, database_clones.of(TEMPLATE) as alone:
        fill_further(both, MINE, "alphaalpha")
        fill_further(both, OTHERS, OTHER.word)
        fill_further(alone, MINE, "alphaalpha")
        with psycopg.connect(both.admin_url, **options) as one, psycopg.connect(alone.admin_url, **options) as other:
            yield World(one, other, checksums_by(one, account_no=OTHERS))


# What answers how long ago something was, which is not the same in two databases.
TELLS_AN_AGE = {"pending.measure_queue"}
# What answers the number of its transaction.
TELLS_A_NUMBER = {"admission.reserve_work"}

Outcome = tuple[str, list[tuple[object, ...]]]


@contextmanager
def run_as(
    connection: psycopg.Connection[Any], role: str | None, name: str, sql: str, params: dict[str, object]
) -> Iterator[Outcome]:
    """Runs a statement in a transaction of MINE that leaves nothing; inside the block its work is to be seen."""
    with connection.transaction(force_rollback=True):
        connection.execute("SELECT set_config('app.account', %s, true)", [str(MINE)])
        if role:
            connection.execute(f"SET LOCAL ROLE {role}".encode())
        outcome: Outcome
        try:
            with connection.transaction():
                cursor = connection.execute(sql.encode(), params)
                rows = cursor.fetchall() if cursor.description else []
            outcome = (
                "done",
                sorted((tuple(plain(each, name) for each in row) for row in rows), key=repr),
            )
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError, psycopg.OperationalError) as error:
            outcome = (type(error).__name__, [])
        if role:
            connection.execute("RESET ROLE")
        yield outcome


def plain(value: object, name: str) -> object:
    """A value of a statement's answer without what differs from one moment to the next."""
    if name in TELLS_A_NUMBER and type(value) is int:
        return "number"
    return (
        "time" if isinstance(value, datetime.datetime) or (name in TELLS_AN_AGE and isinstance(value, float)) else value
    )


def assert_apart(world: World, name: str, sql: str, account_no: int = MINE) -> None:
    """The statement neither answers nor changes rows of the other account, run as the functions' role."""
    both, alone, untouched = world
    params = parameters(name, of=OTHER, account_no=account_no)
    with run_as(both, API, name, sql, params) as outcome:
        assert checksums_by(both, account_no=OTHERS) == untouched, "the other's rows were changed"
    with run_as(alone, API, name, sql, params) as without:
        assert outcome == without, "the answer depends on the other's rows"


def reaches(world: World, name: str, sql: str) -> bool:
    """Whether the owner of the tables reads or changes the other's rows by it."""
    both, alone, untouched = world
    params = parameters(name, of=OTHER, account_no=MINE)
    with run_as(both, None, name, sql, params) as outcome:
        changed = checksums_by(both, account_no=OTHERS) != untouched
    with run_as(alone, None, name, sql, params) as without:
        return changed or outcome != without


@pytest.mark.parametrize("name", [name for name, sql in STATEMENTS.items() if COMPARISON.search(sql)])
def test_a_statement_that_forgets_its_account_reaches_nobody_else(world: World, name: str) -> None:
    forgetful = COMPARISON.sub("TRUE", STATEMENTS[name])
    assert_apart(world, name, forgetful)
    assert reaches(world, name, forgetful) == (name not in HARMLESS)


@pytest.mark.parametrize("name", [name for name in STATEMENTS if name not in BY_A_SECRET])
def test_what_names_things_of_another_account_finds_nothing(world: World, name: str) -> None:
    assert_apart(world, name, STATEMENTS[name])


@pytest.mark.parametrize("name", [name for name, sql in STATEMENTS.items() if "%(account_no)s" in sql])
def test_a_statement_of_another_account_than_the_transactions_finds_nothing(world: World, name: str) -> None:
    assert_apart(world, name, STATEMENTS[name], account_no=OTHERS)


def test_what_is_listed_is_there_and_no_statement_on_tenants_rows_is_left_out() -> None:
    assert set(BY_A_SECRET) | set(HARMLESS) | TELLS_AN_AGE | TELLS_A_NUMBER <= set(STATEMENTS)
    touches_tenants = {
        name for name, sql in STATEMENTS.items() if tables_of(parse_with_parameters(sql)[0]) & migrated.tables()[0]
    }
    assert touches_tenants.isdisjoint(BY_A_SECRET)
    assert {name for name in touches_tenants if COMPARISON.search(STATEMENTS[name])} >= set(HARMLESS)

"""Every statement that reaches tenants' rows is held to one account: read by PostgreSQL's parser, and proven."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from shared.db import sql_files
from tests.support import migrated
from tests.support.function_proof import prove_function
from tests.support.sql_tree import only, parse, parse_with_parameters, tables_of
from tests.support.tenant_proof import Gap, Known, prove

ROOT = Path(__file__).parents[3]
FILES = sorted(path.stem for path in ROOT.glob("shared/db/sql/*.sql"))
STATEMENTS = {f"{file}.{name}": sql.decode() for file in FILES for name, sql in sql_files.statements(file).items()}
FUNCTIONS = {f"{function.name}()": function for function in migrated.functions()}

# What reads or writes rows of any account, the table, and why. Everything else that it touches is held to the account
# of those rows. Row-level security lets only the jobs' role run such a statement to effect.
ACROSS_ACCOUNTS = {
    ("accounts.create_account", "accounts"): "the account is what it makes",
    ("pending.claim_pending", "pending_embeddings"): "the job of every account's texts",
    ("pending.measure_queue", "pending_embeddings"): "the job of every account's texts",
    ("idempotency.delete_old_keys", "idempotency_keys"): "the job of every account's answers",
    ("collections.list_deleted_collections", "deleted_collections"): "the job of every account's deleted rows",
    ("vectors.list_expired", "vectors"): "the job of every account's expired rows",
    ("tasks.claim_task", "collection_tasks"): "the job of every account's tasks",
    ("admission.delete_full_key_buckets", "key_meters"): "the job of every account's buckets",
    ("admit()", "key_hashes"): "the hash of a key tells whose it is",
    ("admit()", "session_ids"): "the id of a session, out of a token that we signed, tells whose it is",
    ("find_sign_in()", "account_emails"): "an e-mail address tells whose it is",
    ("sign_up()", "account_emails"): "an e-mail address tells whose it is",
    ("sign_up()", "accounts"): "the account is what it makes",
    ("request_link()", "account_emails"): "an e-mail address tells whose it is",
    ("rotate_refresh_token()", "refresh_hashes"): "the hash of a token tells whose it is",
    ("find_link()", "one_time_links"): "the hash of a token tells whose it is",
    ("use_link()", "one_time_links"): "the hash of a token tells whose it is",
    ("address_of_link()", "one_time_links"): "the hash of a token tells whose it is",
    ("reset_password()", "one_time_links"): "the hash of a token tells whose it is",
    ("erasure.list_erased_accounts", "erased_accounts"): "the job of every erased account",
    ("erasure.delete_expired_sessions", "sessions"): "the job of every account's sessions",
    ("erasure.delete_expired_links", "one_time_links"): "the job of every account's links",
    ("claim_emails()", "outbox_emails"): "the job of every account's mail",
    ("meter_reports.delete_old_reports", "meter_reports"): "the job of every account's reports",
    ("claim_meter_reports()", "meter_reports"): "the job of every account's reports",
    ("measure_meter_reports()", "meter_reports"): "the job of every account's reports",
    ("measure_meter_reports()", "usage_hours"): "the job of every account's reports",
    ("queue_meter_reports()", "usage_hours"): "the job of every account's reports",
    ("count_stored()", "after"): "what a statement has changed, each row of its own account",
    ("count_deleted()", "before"): "what a statement has deleted, each row of its own account",
    ("wake_pending()", "after"): "what a statement has changed, each row of its own account",
    ("count_usage()", "fresh"): "what a statement has inserted, each row of its own account",
    ("find_billed_account()", "accounts"): "the id of a customer, which Stripe and we know, tells whose it is",
    ("note_address_change()", "accounts"): "what a statement has changed, each row of its own account",
    ("find_billing_address()", "accounts"): "the id of a customer tells whose it is",
    ("apply_subscription()", "accounts"): "the id of a customer tells whose it is",
    ("close_erased_customer()", "accounts"): "whether the id of a customer is anybody's",
    ("forget_stripe_customer()", "accounts"): "the id of a customer tells whose it is",
    ("end_stripe_event_with_mail()", "accounts"): "the id of a customer tells whose it is",
    ("ensure_usage_partitions()", "usage_events_default"): "whether a day has events before it has its partition",
    ("drop_old_usage_events()", "usage_events_default"): "the job of every account's old events",
    ("drop_old_usage_events()", "DROP"): "the job of every account's old events, a day of them at once",
    ("usage_rollups.roll_up", "usage_tail"): "the job of every account's usage",
    ("count_storage()", "account_counts"): "the job of every account's storage, one after the other",
    ("check_quotas()", "accounts"): "the job of every account's quotas, one after the other",
    ("check_quotas()", "usage_hours"): "the job of every account's quotas: whose is to be looked at",
}
# Functions that answer a piece of SQL, where its text cannot be worked out.
FIXED_TEXTS = {"leaf_of": "07"}  # two digits, by lpad

Prover = Callable[[Known], list[Gap]]


def known_of(name: str) -> Known:
    """What the statement or function may take as given."""
    _, free = migrated.tables()
    return Known(free=free, trusted=frozenset(table for owner, table in ACROSS_ACCOUNTS if owner == name))


def prover_of(name: str) -> Prover:
    if name in FUNCTIONS:
        return lambda known: prove_function(FUNCTIONS[name], known, FIXED_TEXTS)
    [statement], parameters = parse_with_parameters(STATEMENTS[name])
    account = frozenset(number for parameter, number in parameters.items() if parameter == "account_no")
    return lambda known: prove(statement, replace(known, parameters=account)).gaps


@pytest.mark.parametrize("name", [*STATEMENTS, *FUNCTIONS])
def test_it_reads_and_writes_rows_of_one_account(name: str) -> None:
    assert prover_of(name)(known_of(name)) == []


@pytest.mark.parametrize(("name", "table"), ACROSS_ACCOUNTS)
def test_what_crosses_accounts_is_listed_for_no_more_than_it_needs(name: str, table: str) -> None:
    known = known_of(name)
    gaps = prover_of(name)(replace(known, trusted=known.trusted - {table}))
    assert table in {gap.table for gap in gaps}


# The proof would find nothing missing where it looked at nothing.
@pytest.mark.parametrize(
    "name",
    [name for name, sql in STATEMENTS.items() if tables_of(parse_with_parameters(sql)[0]) & migrated.tables()[0]],
)
def test_a_statement_without_its_account_would_be_refused(name: str) -> None:
    [statement], _ = parse_with_parameters(STATEMENTS[name])
    assert prove(statement, replace(known_of(name), trusted=frozenset())).gaps


@pytest.mark.parametrize("name", [name for name, each in FUNCTIONS.items() if "current_account_no()" in each.body])
def test_a_function_that_takes_the_account_from_its_caller_would_be_refused(name: str) -> None:
    function = FUNCTIONS[name]
    from_caller = function.parameters[0] if function.parameters else "current_setting('app.other')"
    declaration = function.declaration.replace("current_account_no()", from_caller)
    _, node = only(parse(declaration)[0])
    assert prove_function(replace(function, declaration=declaration, node=node), known_of(name), FIXED_TEXTS)


def test_tables_and_functions_are_found() -> None:
    tenants, free = migrated.tables()
    assert {"accounts", "api_keys", "collections", "vectors", "usage_events", "usage_events_default"} <= tenants
    assert not free & tenants
    assert {"admit_key()", "nearest_vectors()", "search_keywords()", "record_usage()"} <= FUNCTIONS.keys()
    assert [name for name, function in FUNCTIONS.items() if function.is_definer]


# A view reads as its owner, and a rule's statements run with others: nothing here would look at them. A trigger runs a
# function, which is looked at.
def test_rows_are_reached_by_statements_and_functions_alone() -> None:
    assert migrated.kinds().isdisjoint({"ViewStmt", "CreateTableAsStmt", "RuleStmt"})
    assert {f"{name}()" for name in migrated.triggered()} <= FUNCTIONS.keys()


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("shared/**/*.py"), *ROOT.glob("functions/**/*.py")]), ids=lambda p: p.stem
)
def test_what_is_run_is_a_statement_of_a_file_or_a_constant(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                assigned.setdefault(ast.unparse(target), []).append(node.value)

    def is_fixed(sql: ast.expr) -> bool:
        if isinstance(sql, ast.Name):
            return sql.id in assigned and all(map(is_fixed, assigned[sql.id]))
        is_named = isinstance(sql, ast.Subscript) and is_of_files(sql.value)
        return is_named or (isinstance(sql, ast.Constant) and isinstance(sql.value, bytes))

    def is_of_files(statements: ast.expr) -> bool:
        if isinstance(statements, ast.Name):
            return statements.id in assigned and all(map(is_of_files, assigned[statements.id]))
        return isinstance(statements, ast.Call) and ast.unparse(statements.func) in (
            "statements",
            "sql_files.statements",
        )

    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Statement"]
    assert [ast.unparse(call) for call in calls if not (call.args and is_fixed(call.args[0]))] == []


def gaps_of(sql: str) -> set[str]:
    [statement], parameters = parse_with_parameters(sql)
    known = Known(parameters=frozenset({parameters.get("account_no", 0)}), free=frozenset({"settings"}))
    return {gap.table for gap in prove(statement, known).gaps}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT FROM vectors v WHERE v.account_no = %(account_no)s AND v.id = %(id)s",
        "SELECT FROM vectors WHERE %(account_no)s::bigint = account_no",
        "SELECT FROM vectors v WHERE v.account_no = current_account_no()",
        "SELECT FROM vectors v JOIN keywords k ON k.account_no = v.account_no WHERE k.account_no = %(account_no)s",
        "SELECT FROM keywords k LEFT JOIN vectors v ON v.account_no = k.account_no WHERE k.account_no = %(account_no)s",
        "SELECT FROM a, b, c WHERE a.account_no = b.account_no AND c.account_no = b.account_no"
        " AND c.account_no = %(account_no)s",
        "SELECT (SELECT count(*) FROM b WHERE b.account_no = a.account_no) FROM a WHERE account_no = %(account_no)s",
        "SELECT FROM a, LATERAL (SELECT FROM b WHERE b.account_no = a.account_no) x"
        " WHERE a.account_no = %(account_no)s",
        "SELECT FROM (SELECT * FROM a WHERE x @@ %(query)s OFFSET 0) f WHERE f.account_no = %(account_no)s",
        "WITH m AS (SELECT account_no FROM a WHERE account_no = %(account_no)s)"
        " DELETE FROM b USING m WHERE b.account_no = m.account_no",
        "WITH m (n) AS (INSERT INTO a (account_no) VALUES (%(account_no)s) RETURNING account_no)"
        " INSERT INTO b (account_no) SELECT n FROM m",
        "INSERT INTO a (account_no, x) SELECT account_no, 1 FROM b WHERE account_no = %(account_no)s"
        " UNION SELECT %(account_no)s, 2",
        "INSERT INTO a (account_no, x) VALUES (%(account_no)s, 1) ON CONFLICT (account_no, x) DO UPDATE SET x = 2",
        "UPDATE a SET x = b.x FROM b WHERE a.account_no = %(account_no)s AND b.account_no = a.account_no",
        "SELECT FROM settings",
        "INSERT INTO settings (name) VALUES (%(name)s) ON CONFLICT (name) DO UPDATE SET name = excluded.name",
        "SELECT FROM pg_catalog.pg_class",
        "SELECT FROM unnest(%(ids)s::text[]) AS sent (id)",
    ],
)
def test_a_statement_of_one_account_is_proven(sql: str) -> None:
    assert gaps_of(sql) == set()


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT FROM a", "a"),
        ("SELECT FROM a WHERE account_no > %(account_no)s", "a"),
        ("SELECT FROM a WHERE account_no = ANY(%(account_no)s)", "a"),
        ("SELECT FROM a WHERE account_no = %(other)s", "a"),
        ("SELECT FROM a WHERE account_no = account_no", "a"),
        ("SELECT FROM a WHERE account_no = %(account_no)s OR x", "a"),
        ("SELECT FROM a WHERE NOT (account_no = %(account_no)s)", "a"),
        ("SELECT FROM a WHERE (account_no = %(account_no)s) IS NOT NULL", "a"),
        ("SELECT account_no = %(account_no)s FROM a", "a"),
        ("SELECT FROM a WHERE other_no = %(account_no)s", "a"),
        # Joins
        ("SELECT FROM a JOIN b ON b.id = a.id WHERE a.account_no = %(account_no)s", "b"),
        ("SELECT FROM a, b WHERE a.account_no = %(account_no)s", "b"),
        ("SELECT FROM a, a b WHERE a.account_no = %(account_no)s", "a"),
        ("SELECT FROM a, b WHERE account_no = %(account_no)s", "a b"),
        ("SELECT FROM a JOIN b USING (account_no) WHERE a.account_no = %(account_no)s", "b"),
        ("SELECT FROM a JOIN b ON a.account_no = b.account_no", "a b"),
        ("SELECT FROM a LEFT JOIN b ON b.account_no = %(account_no)s AND a.account_no = b.account_no", "a"),
        ("SELECT FROM a RIGHT JOIN b ON a.account_no = %(account_no)s AND b.account_no = a.account_no", "b"),
        ("SELECT FROM a FULL JOIN b ON a.account_no = %(account_no)s AND b.account_no = a.account_no", "a b"),
        ("SELECT FROM a LEFT JOIN LATERAL (SELECT a.account_no) x ON x.account_no = %(account_no)s", "a"),
        # Subqueries
        ("SELECT (SELECT count(*) FROM b) FROM a WHERE account_no = %(account_no)s", "b"),
        ("SELECT FROM a WHERE account_no = %(account_no)s AND EXISTS (SELECT FROM b WHERE b.id = a.id)", "b"),
        ("SELECT FROM a WHERE id IN (SELECT id FROM b WHERE b.account_no = %(account_no)s)", "a"),
        (
            "SELECT FROM a WHERE EXISTS (SELECT FROM b WHERE b.account_no = %(account_no)s"
            " AND a.account_no = b.account_no)",
            "a",
        ),
        ("SELECT FROM a WHERE account_no = %(account_no)s ORDER BY (SELECT max(x) FROM b)", "b"),
        ("SELECT FROM a WHERE account_no = %(account_no)s LIMIT (SELECT max(x) FROM b)", "b"),
        ("SELECT FROM unnest(ARRAY(SELECT id FROM b)) x", "b"),
        ("SELECT FROM (SELECT account_no FROM a LIMIT 5) x WHERE x.account_no = %(account_no)s", "a"),
        ("SELECT FROM (SELECT account_no, rank() OVER () FROM a) x WHERE x.account_no = %(account_no)s", "a"),
        ("SELECT FROM (SELECT account_no FROM a OFFSET 1) x WHERE x.account_no = %(account_no)s", "a"),
        ("SELECT FROM (SELECT a.account_no FROM a, b) x WHERE x.account_no = %(account_no)s", "b"),
        ("SELECT FROM (SELECT max(account_no) AS account_no FROM a) x WHERE x.account_no = %(account_no)s", "a"),
        ("SELECT FROM (SELECT id AS account_no FROM a) x WHERE x.account_no = %(account_no)s", "a"),
        ("SELECT FROM a WHERE account_no = %(account_no)s UNION SELECT FROM b", "b"),
        # CTEs
        ("WITH m AS (SELECT * FROM a) SELECT FROM m WHERE m.account_no = %(account_no)s", "a"),
        ("WITH m AS (DELETE FROM a RETURNING id) SELECT FROM m", "a"),
        ("WITH m AS (SELECT 1 AS account_no) SELECT FROM m, a WHERE a.account_no = m.account_no", "a"),
        ("WITH m AS (SELECT FROM a WHERE account_no = %(account_no)s) SELECT FROM b WHERE EXISTS (SELECT FROM m)", "b"),
        ("WITH a AS (SELECT %(account_no)s AS account_no) SELECT FROM public.a", "a"),
        (
            "WITH RECURSIVE r AS (SELECT account_no, x FROM a WHERE account_no = %(account_no)s"
            " UNION ALL SELECT b.account_no, b.x FROM b JOIN r ON b.x = r.x) SELECT FROM r",
            "b",
        ),
        # Writes
        ("DELETE FROM a USING b WHERE b.account_no = %(account_no)s AND a.id = b.id", "a"),
        ("DELETE FROM a USING b WHERE a.account_no = %(account_no)s AND a.id = b.id", "b"),
        ("UPDATE a SET x = 1 FROM b WHERE b.account_no = %(account_no)s AND a.id = b.id", "a"),
        ("UPDATE a SET x = b.x FROM b WHERE a.account_no = %(account_no)s AND a.id = b.id", "b"),
        ("UPDATE a SET x = (SELECT max(x) FROM b) WHERE account_no = %(account_no)s", "b"),
        ("UPDATE a SET account_no = %(other)s WHERE account_no = %(account_no)s", "a"),
        ("INSERT INTO a (account_no) VALUES (%(other)s)", "a"),
        ("INSERT INTO a (account_no) VALUES (%(account_no)s), (%(other)s)", "a"),
        ("INSERT INTO a (id, account_no) VALUES (%(account_no)s, %(id)s)", "a"),
        ("INSERT INTO a VALUES (%(account_no)s)", "a"),
        ("INSERT INTO a DEFAULT VALUES", "a"),
        ("INSERT INTO a (account_no) SELECT account_no FROM b", "a b"),
        ("INSERT INTO a (account_no, id) SELECT * FROM b WHERE account_no = %(account_no)s", "a"),
        ("INSERT INTO a (account_no) SELECT %(account_no)s UNION ALL SELECT %(other)s", "a"),
        ("INSERT INTO a (account_no) VALUES (%(account_no)s) ON CONFLICT (id) DO UPDATE SET x = 1", "a"),
        (
            "INSERT INTO a (account_no) VALUES (%(account_no)s)"
            " ON CONFLICT (id, account_no) DO UPDATE SET account_no = 1",
            "a",
        ),
        ("INSERT INTO a (account_no) VALUES (%(account_no)s) RETURNING (SELECT max(x) FROM b)", "b"),
        # What is not understood
        ("MERGE INTO a USING b ON a.account_no = %(account_no)s WHEN MATCHED THEN DELETE", "?"),
        ("TRUNCATE a", "?"),
        ("SELECT INTO x FROM a WHERE account_no = %(account_no)s", "?"),
        ("SELECT FROM a TABLESAMPLE system (1) WHERE account_no = %(account_no)s", "?"),
    ],
)
def test_a_forgotten_account_is_caught(sql: str, tables: str) -> None:
    assert gaps_of(sql) == set(tables.split())


def gaps_of_function(body: str, language: str = "plpgsql") -> set[str]:
    declaration = (
        "CREATE FUNCTION f(p_account_no bigint, p_table text, p_n integer) RETURNS void"
        f" LANGUAGE {language} SECURITY DEFINER AS $$ {body} $$"
    )
    _, node = only(parse(declaration)[0])
    function = migrated.Function("f", language, declaration, node)
    return {gap.table for gap in prove_function(function, Known(), FIXED_TEXTS)}


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN PERFORM FROM a WHERE account_no = current_account_no(); END",
        "DECLARE me CONSTANT bigint := current_account_no(); BEGIN PERFORM FROM a WHERE account_no = me; END",
        "BEGIN INSERT INTO a (account_no) SELECT p_account_no WHERE p_account_no = current_account_no(); END",
        "DECLARE n bigint; BEGIN SELECT account_no INTO n FROM a WHERE account_no = current_account_no();"
        " DELETE FROM b WHERE account_no = n; END",
        "BEGIN EXECUTE format('SELECT FROM vectors_%s WHERE account_no = $1 LIMIT %s', leaf_of(1), p_n + 1)"
        " USING current_account_no(); END",
        "DECLARE t text; BEGIN t := CASE p_n WHEN 1 THEN 'a' ELSE 'b' END;"
        " EXECUTE 'DELETE FROM ' || t || ' WHERE account_no = $2' USING 1, current_account_no(); END",
        "BEGIN EXECUTE format('CREATE TABLE %I PARTITION OF a DEFAULT', p_table); END",
    ],
)
def test_a_function_of_one_account_is_proven(body: str) -> None:
    assert gaps_of_function(body) == set()


@pytest.mark.parametrize(
    ("body", "tables"),
    [
        ("BEGIN PERFORM FROM a WHERE account_no = p_account_no; END", "a"),
        ("BEGIN IF EXISTS (SELECT FROM a) THEN RETURN; END IF; END", "a"),
        ("DECLARE n bigint := (SELECT max(x) FROM a); BEGIN n := (SELECT min(x) FROM b); END", "a b"),
        ("DECLARE r record; BEGIN FOR r IN SELECT * FROM a LOOP DELETE FROM b; END LOOP; END", "a b"),
        # A variable that is set a second time, or may be.
        ("DECLARE me bigint := current_account_no(); BEGIN me := 1; DELETE FROM a WHERE account_no = me; END", "a"),
        (
            "DECLARE n bigint; BEGIN SELECT account_no INTO n FROM a WHERE account_no = current_account_no();"
            " n := p_account_no; DELETE FROM b WHERE account_no = n; END",
            "b",
        ),
        (
            "DECLARE me CONSTANT bigint := current_account_no(); BEGIN DECLARE me bigint := 1; BEGIN"
            " DELETE FROM a WHERE account_no = me; END; END",
            "a",
        ),
        ("BEGIN DELETE FROM a WHERE p_account_no = current_account_no(); END", "a"),
        # EXECUTE
        ("BEGIN EXECUTE 'DELETE FROM a'; END", "a"),
        ("BEGIN EXECUTE 'DELETE FROM a WHERE account_no = $1' USING p_account_no; END", "a"),
        ("BEGIN EXECUTE 'DELETE FROM a WHERE account_no = $2' USING current_account_no(), 1; END", "a"),
        ("BEGIN EXECUTE format('DELETE FROM %I', p_table); END", "?"),
        ("BEGIN EXECUTE format('DELETE FROM %s WHERE account_no = $1', p_table) USING current_account_no(); END", "?"),
        ("BEGIN EXECUTE 'DELETE FROM a WHERE account_no = $1 AND ' || p_table USING current_account_no(); END", "?"),
        ("DECLARE r record; BEGIN FOR r IN EXECUTE 'SELECT FROM a' LOOP RETURN; END LOOP; END", "a"),
        (
            "DECLARE t text := 'a'; BEGIN IF p_n = 1 THEN t := t || ' b'; END IF; EXECUTE 'DELETE FROM ' || t; END",
            "?",
        ),
        (
            "BEGIN EXECUTE 'SELECT FROM a WHERE ' || CASE p_n WHEN 1 THEN 'account_no = $1' ELSE 'true' END"
            " USING current_account_no(); END",
            "a",
        ),
    ],
)
def test_a_forgotten_account_in_a_function_is_caught(body: str, tables: str) -> None:
    assert gaps_of_function(body) == set(tables.split())


def test_a_function_in_sql_is_looked_at() -> None:
    assert gaps_of_function("SELECT FROM a WHERE account_no = current_account_no()", "sql") == set()
    assert gaps_of_function("SELECT FROM a WHERE account_no = p_account_no; DELETE FROM b", "sql") == {"a", "b"}
    assert gaps_of_function("return 1", "plpython3u") == {"?"}

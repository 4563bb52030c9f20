"""Lines that keep the policy, each with a change that breaks it, the test that then fails and what that test says.

python -m tests.support.mutations [name …]     shows it for all of them, or for those named
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.database import REPOSITORY

_COPIED = ("embedder", "functions", "infra", "shared", "tests", "pyproject.toml", "template.yaml")


@dataclass(frozen=True, slots=True)
class Mutation:
    """`original` stands once in `path`. With `mutated` in its place `test` fails, and says `said`."""

    path: str
    original: str
    mutated: str
    test: str
    said: str
    # The change is one of the schema: a migrated database that is there already would not have it.
    is_of_the_schema: bool = False


MUTATIONS = {
    "password_hashed": Mutation(
        "shared/passwords.py",
        "bcrypt.gensalt(cost)).decode(), pepper.key_id)",
        "bcrypt.gensalt(cost)).decode(), password)",
        "tests/integration/test_sign_up.py::test_tokens_and_passwords_are_stored_as_hashes",
        "assert",
    ),
    "key_hashed": Mutation(
        "shared/keys.py",
        "return hashlib.sha256(text.encode()).digest()",
        "return text.encode()[-32:]",
        "tests/integration/test_stored_columns.py::test_policy_2_2_of_a_key_its_prefix_and_its_hash_are_stored",
        "key_hashes",
    ),
    "column_known": Mutation(
        "infra/privacy.md",
        "| `accounts.stripe_customer_id` | 2.5, Stripe customer ID |\n",
        "",
        "tests/integration/test_stored_columns.py::test_policy_2_every_stored_column_is_in_the_map",
        "columns that infra/privacy.md does not know",
    ),
    "usage_row": Mutation(
        "shared/web/app.py",
        "endpoint=self.route,",
        'endpoint=f"{self.route} {msgspec.json.encode(self.request).decode()}",',
        "tests/integration/test_silence.py::test_policy_2_nothing_sent_is_told_whatever_is_asked",
        "CONTENT",
    ),
    "exception_message": Mutation(
        "shared/log.py",
        '{frame.lineno} {frame.name}"',
        '{frame.lineno} {frame.name} {sys.exc_info()[1]}"',
        "tests/integration/test_silence.py::test_policy_2_the_unexpected_gives_nothing_away",
        "standard output tells of",
    ),
    "database_message": Mutation(
        "shared/db/connection.py",
        "type=type(error).__name__, where",
        "type=str(error), where",
        "tests/integration/test_silence.py::test_policy_2_a_statement_that_fails_gives_nothing_away",
        "CONTENT zqx",
    ),
    "server_log": Mutation(
        "infra/local/postgres_settings.py",
        '"log_min_messages": "log"',
        '"log_min_messages": "warning"',
        "tests/unit/infra/test_postgres_settings.py::test_nothing_of_a_customer_is_logged",
        "log_min_messages",
    ),
    "library_silent": Mutation(
        "shared/log.py",
        '"mangum", ',
        "",
        "tests/integration/test_silence.py::test_policy_2_functions_in_lambda_give_nothing_away",
        "Lambda's log tells of",
    ),
    "verify_full": Mutation(
        "shared/transport_rules.py",
        'if effective.get("sslmode") != "verify-full":',
        'if effective.get("sslmode") not in ("verify-full", "require"):',
        "tests/unit/shared/test_transport_rules.py::test_any_other_host_needs_verify_full",
        "assert",
    ),
    "erased_usage": Mutation(
        "infra/migrations/sql/0019_erasure.sql",
        "        DELETE FROM public.usage_events u WHERE u.account_no = me;\n",
        "        PERFORM FROM public.usage_events u WHERE u.account_no = me;\n",
        "tests/integration/test_erasure.py::test_no_row_of_any_table_holds_the_account_afterwards",
        "usage_events",
        is_of_the_schema=True,
    ),
    "security_header": Mutation(
        "shared/web/headers.py",
        '(b"strict-transport-security", b"max-age=63072000; includeSubDomains"),',
        "",
        "tests/contract/test_headers.py::test_every_route_answers_with_them_whatever_it_answers",
        "strict-transport-security",
    ),
    "age_condition": Mutation(
        "functions/auth/signup.py",
        "if not request.accept_policy:",
        "if request.accept_policy is None:",
        "tests/integration/test_sign_up.py::test_policy_section_11_the_age_condition_is_stated_and_kept",
        "422",
    ),
    "thirty_days": Mutation(
        "shared/legal/notice.py",
        "timedelta(days=30)",
        "timedelta(days=29)",
        "tests/unit/shared/test_legal.py::test_policy_14_thirty_days_are_thirty_days",
        "assert",
    ),
}


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the sources, in memory where there is room; compiled files keep their times, so they stay good."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        root = Path(folder)
        for name in _COPIED:
            source = REPOSITORY / name
            if source.is_dir():
                shutil.copytree(source, root / name)
            else:
                shutil.copy2(source, root / name)
        yield root


@contextmanager
def applied(mutation: Mutation, root: Path) -> Iterator[None]:
    """The change, in a copy of the sources, for the block."""
    path = root / mutation.path
    text = path.read_text(encoding="utf-8")
    assert text.count(mutation.original) == 1, f"{mutation.path} does not hold {mutation.original!r} once"
    path.write_text(text.replace(mutation.original, mutation.mutated), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(text, encoding="utf-8")


def run_test(mutation: Mutation, root: Path, home: Path | None) -> subprocess.CompletedProcess[str]:
    """Runs the test in a copy of the sources; on the server in `home`, unless the change is one of its schema."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--show-capture=no",
        mutation.test,
    ]
    environment = {**os.environ, "COLUMNS": "200"}
    if home is not None and not mutation.is_of_the_schema:
        command[3:3] = ["-p", "tests.support.server_of_others"]
        environment["FLUXVECTOR_TEST_SERVER_HOME"] = str(home)
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def fault_of(mutation: Mutation, root: Path, home: Path | None = None) -> str:
    """What is wrong with the proof; "" where the test fails for its reason."""
    with applied(mutation, root):
        done = run_test(mutation, root, home)
    if done.returncode != 1 or " failed" not in done.stdout or " error" in done.stdout.splitlines()[-1]:
        return f"{mutation.test} does not fail:\n{done.stdout[-3_000:]}{done.stderr[-1_000:]}"
    if mutation.said not in done.stdout:
        return f"{mutation.test} fails for another reason than {mutation.said!r}:\n{done.stdout[-3_000:]}"
    return ""


def main(names: list[str]) -> int:
    """Says of each whether it is shown; answers how many are not."""
    faults = 0
    with copied() as root:
        for name in names or MUTATIONS:
            fault = fault_of(MUTATIONS[name], root)
            print(f"{name}: {fault or 'shown'}")  # noqa: T201  # it is a command
            faults += bool(fault)
    return faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

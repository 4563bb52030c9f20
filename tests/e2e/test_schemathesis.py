"""What /openapi.json says is true of the started product, whatever is sent: no server error, no undocumented answer.

Schemathesis has an environment of its own (`make test-schema`), since it pins much that the code does not.
"""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.support.product import REPOSITORY, Product, home, started

SCHEMATHESIS = REPOSITORY / ".venv-schema" / "bin" / "schemathesis"
CONFIGURATION = REPOSITORY / "tests" / "e2e" / "schemathesis.toml"
# Generated requests for each call; FLUXVECTOR_TEST_SCHEMA_EXAMPLES asks for more.
EXAMPLES = 30
# These calls end keys, the run's own too: schemathesis takes ids from the answers that it gets.
ENDING_KEYS = r"^/v1/api-keys/\{id\}"
# Calls that whoever signed in makes; those that end the session stay away.
OF_SESSIONS = r"^/v1/auth/(account|sessions)"


@pytest.mark.skipif(not SCHEMATHESIS.exists(), reason="needs schemathesis: `make test-schema`")
def test_every_answer_is_one_that_the_document_tells_of() -> None:
    """On a product of its own: what is sent leaves nothing as it was."""
    # It sends a thousand requests without a credential, and expects to be told just that.
    unlimited = {"FLUXVECTOR_ATTEMPTS_FACTOR": "1000"}
    with home() as folder, started(folder / "data", **unlimited) as product:
        check(product, f"--exclude-path-regex={ENDING_KEYS}")
        assert product.call("GET", "/v1/collections")[0] == 200, "the run lost its key, so it tested nothing but 401"
        signed_in = {"email": product.credentials.email, "password": product.credentials.password}
        _, tokens = product.call("POST", "/v1/auth/login", signed_in)
        check(product, f"--include-path-regex={OF_SESSIONS}", "--exclude-method=DELETE", token=tokens["access_token"])
        check(product, f"--include-path-regex={ENDING_KEYS}")


def check(product: Product, *which: str, token: str | None = None) -> None:
    """Sends generated requests to some of the calls; all that schemathesis finds is told where it finds anything."""
    credentials = product.credentials
    done = subprocess.run(
        [
            SCHEMATHESIS,
            f"--config-file={CONFIGURATION}",
            "run",
            f"{credentials.base_url}/openapi.json",
            f"--header=Authorization: Bearer {token or credentials.api_key}",
            f"--max-examples={os.environ.get('FLUXVECTOR_TEST_SCHEMA_EXAMPLES', EXAMPLES)}",
            "--seed=1",
            "--continue-on-failure",
            "--no-color",
            *which,
        ],
        check=False,  # what it writes says more
        cwd=product.data_dir,  # where it leaves its own files
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("FLUXVECTOR_")},
            "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
            "PYTHONPATH": str(CONFIGURATION.parent),
        },
        capture_output=True,
        text=True,
        timeout=1_200,
    )
    assert done.returncode == 0, done.stdout + done.stderr

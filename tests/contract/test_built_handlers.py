"""What `make sam-build` made, run as Lambda runs it: only the built folder and its two layers on the path."""

from __future__ import annotations

import importlib
import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra import template
from infra.sam.build import BUILD, ROOT, architecture, digest, runtime
from infra.template import Function
from tests.support.events import http_event, schedule_event

FUNCTIONS = template.load()
ENDPOINTS = [function for function in FUNCTIONS if function.schedule is None]
JOBS = [function for function in FUNCTIONS if function.schedule is not None]
# Calls that anybody may make.
OPEN = {function.module for function in ENDPOINTS if importlib.import_module(function.module).app.scope is None}
# Its errors have OpenAI's shape.
OPENAI = "functions.embed.openai"
LAMBDA_BYTES = 250 * 1024 * 1024
LAYERS = [BUILD / "SharedLayer" / "python", BUILD / "DependenciesLayer" / "python"]

# Nothing listens there, so whatever needs the database or the embedder cannot answer.
ENVIRONMENT = {
    "AWS_LAMBDA_FUNCTION_NAME": "test",
    "AWS_REGION": "eu-central-1",
    "LANG": "C.UTF-8",
    "FLUXVECTOR_DATABASE_URL": "postgresql://fluxvector_api:none@127.0.0.1:1/none",
    "FLUXVECTOR_EMBEDDER_URL": "http://127.0.0.1:1",
    "FLUXVECTOR_EMBEDDER_TOKEN": "none",
    "FLUXVECTOR_MODEL": "multilingual-e5-small@test",
    "FLUXVECTOR_MODEL_UNRELATED_COSINE": "0.7",
    "FLUXVECTOR_PUBLIC_URL": "https://api.example",
    "FLUXVECTOR_SESSION_KEYS": f"one:{'s' * 32}",
    "FLUXVECTOR_PASSWORD_PEPPERS": f"one:{'p' * 32}",
    "FLUXVECTOR_PRIVACY_CONTACT": "privacy@example.com",
}

# -I and -S leave nothing but the standard library; the answers go to a file of their own, for functions log to stdout.
RUNNER = """
import importlib, json, sys
task = json.load(sys.stdin)
sys.path[:0] = task["path"]
module = importlib.import_module(task["module"])
answers = [module.handler(event, None) for event in task["events"]]
foreign = sorted(
    name for name, found in sys.modules.items()
    if "site-packages" in (getattr(found, "__file__", None) or "")
)
with open(task["answers"], "w") as out:
    json.dump({"answers": answers, "foreign": foreign, "file": module.__file__}, out)
"""


@pytest.fixture(scope="module", autouse=True)
def _fresh_build() -> None:
    if platform.system() != "Linux":
        pytest.skip("Lambda's packages run on Linux only")
    stamp = BUILD / ".inputs"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != digest(runtime(), architecture()):
        pytest.skip("there is no build of these files for this machine: make sam-build")


def invoke(function: Function, events: list[dict[str, Any]], tmp_path: Path) -> dict[str, Any]:
    code = BUILD / function.name
    answers = tmp_path / "answers.json"
    task = {
        "path": [str(path) for path in (code, *LAYERS)],
        "module": function.module,
        "events": events,
        "answers": str(answers),
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-W", "error", "-c", RUNNER],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        cwd=code,
        env=ENVIRONMENT,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(answers.read_text(encoding="utf-8"))
    assert result["foreign"] == []
    assert result["file"].startswith(str(code))
    return result


def assert_error(answer: dict[str, Any], status: int, code: str) -> None:
    assert answer["statusCode"] == status, answer
    assert answer["isBase64Encoded"] is False
    assert answer["headers"]["content-type"].startswith("application/json")
    body = json.loads(answer["body"])
    assert body["code"] == code
    assert isinstance(body["error"], str)
    assert body["error"]
    assert body["request_id"]
    assert answer["headers"]["x-request-id"] == body["request_id"]
    assert set(body) <= {"error", "code", "request_id", "details"}


@pytest.mark.parametrize("function", [f for f in ENDPOINTS if f.module not in OPEN], ids=lambda f: f.name)
def test_built_endpoint_refuses_a_request_without_a_credential(function: Function, tmp_path: Path) -> None:
    events = []
    for route in function.routes:
        body = None if route.method in {"GET", "DELETE"} else "{}"
        events.append(http_event(route.key, body=body))
        events.append(http_event(route.key, body=body, headers={"Authorization": "Bearer fv_live_mistyped"}))
        events.append(http_event(route.key, body=body, headers={"Authorization": "Bearer a.forged.token"}))
    for answer in invoke(function, events, tmp_path)["answers"]:
        if function.module == OPENAI:
            assert (answer["statusCode"], set(json.loads(answer["body"]))) == (401, {"error"})
        else:
            assert_error(answer, 401, "unauthenticated")
        assert "www-authenticate" in answer["headers"]


def test_built_documentation_answers_by_itself(tmp_path: Path) -> None:
    [function] = [f for f in FUNCTIONS if f.module == "functions.openapi"]
    [answer] = invoke(function, [http_event("GET /openapi.json")], tmp_path)["answers"]
    assert answer["statusCode"] == 200
    assert "/v1/vectors/upsert" in json.loads(answer["body"])["paths"]


def test_built_health_answers(tmp_path: Path) -> None:
    [function] = [f for f in FUNCTIONS if f.module == "functions.health"]
    [answer] = invoke(function, [http_event("GET /health")], tmp_path)["answers"]
    assert answer["statusCode"] == 200
    assert answer["isBase64Encoded"] is False
    assert json.loads(answer["body"])


def test_built_ready_says_that_nothing_is_there(tmp_path: Path) -> None:
    [function] = [f for f in FUNCTIONS if f.module == "functions.ready"]
    [answer] = invoke(function, [http_event("GET /ready")], tmp_path)["answers"]
    assert answer["statusCode"] == 503
    assert answer["isBase64Encoded"] is False
    assert json.loads(answer["body"])
    assert 1 <= int(answer["headers"]["retry-after"]) <= 60


def test_built_sign_in_reads_its_request(tmp_path: Path) -> None:
    [function] = [f for f in FUNCTIONS if f.module == "functions.auth.login"]
    body = json.dumps({"email": "ada@example.com", "password": "my cat knits in the evening"})
    events = [http_event("POST /v1/auth/login", body="{}"), http_event("POST /v1/auth/login", body=body)]
    bad, good = invoke(function, events, tmp_path)["answers"]
    assert_error(bad, 422, "validation_failed")
    assert_error(good, 503, "unavailable")  # there is no database


def test_built_not_implemented_answers_501_on_every_route_it_has(tmp_path: Path) -> None:
    [function] = [f for f in FUNCTIONS if f.module == "functions.not_implemented"]
    events = [http_event(route.key) for route in function.routes]
    answers = invoke(function, events, tmp_path)["answers"]
    assert len(answers) == len(function.routes)
    for answer in answers:
        assert_error(answer, 501, "not_implemented")


def test_built_not_found_answers_404_on_the_default_route(tmp_path: Path) -> None:
    [function] = [f for f in FUNCTIONS if f.module == "functions.not_found"]
    events = [http_event("$default"), http_event("$default", path="/v1/search/"), http_event("$default", body="{}")]
    for answer in invoke(function, events, tmp_path)["answers"]:
        assert_error(answer, 404, "not_found")


@pytest.mark.parametrize("function", JOBS, ids=lambda f: f.name)
def test_built_job_is_importable_from_its_folder_and_layers(function: Function, tmp_path: Path) -> None:
    assert invoke(function, [], tmp_path)["answers"] == []


def test_built_job_fails_its_invocation_where_the_database_is_down(tmp_path: Path) -> None:
    # A job that fails must be an error of Lambda's, which alarms see; never a quiet success.
    with pytest.raises(AssertionError, match="Unavailable"):
        invoke(JOBS[0], [schedule_event()], tmp_path)


def test_build_holds_the_sources_and_nothing_else() -> None:
    def files(root: Path, below: str) -> set[str]:
        return {
            str(path.relative_to(root))
            for path in (root / below).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    for function in FUNCTIONS:
        code = BUILD / function.name
        assert [path.name for path in code.iterdir()] == ["functions"]
        assert files(code, "functions") == files(ROOT, "functions")
    assert [path.name for path in LAYERS[0].iterdir()] == ["shared"]
    assert files(LAYERS[0], "shared") == files(ROOT, "shared")


def test_build_holds_no_bytecode_of_another_python_and_no_tests() -> None:
    ours = [BUILD / function.name for function in FUNCTIONS] + [LAYERS[0]]
    for root in ours:
        assert not [path for path in root.rglob("*") if path.name in {"__pycache__", "tests"}]


def test_function_with_its_layers_is_far_below_lambdas_limit() -> None:
    sizes = {root.name: sum(p.stat().st_size for p in root.rglob("*") if p.is_file()) for root in BUILD.iterdir()}
    layers = sizes["SharedLayer"] + sizes["DependenciesLayer"]
    assert all(sizes[function.name] + layers < LAMBDA_BYTES / 4 for function in FUNCTIONS)

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest

from infra import template
from infra.local import scheduler
from infra.template import Function, Route, TemplateError

ROOT = Path(__file__).resolve().parents[3]
FUNCTIONS = template.load()
ENDPOINTS = [function for function in FUNCTIONS if function.schedule is None]
JOBS = [function for function in FUNCTIONS if function.schedule is not None]
# These answer many routes with one error, so their app takes any path.
OF_ANY_ROUTE = {"functions.not_implemented", "functions.not_found"}

HEAD = """
Globals:
  Function:
    Timeout: 29
    MemorySize: 512
Resources:
"""


def load(tmp_path: Path, resources: str, head: str = HEAD) -> tuple[Function, ...]:
    path = tmp_path / "template.yaml"
    path.write_text(head + resources, encoding="utf-8")
    return template.load(path)


def function(events: str, *, name: str = "Query", handler: str = "functions.query.handler", more: str = "") -> str:
    return f"""
  {name}:
    Type: AWS::Serverless::Function
    Properties:
      Handler: {handler}
      Role: !GetAtt Role.Arn
      {more}
      Events: {events}
"""


GET = "{Get: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /v1/things}}}"


# --- what the template says, and what the files say


def test_every_function_file_is_in_the_template_and_every_handler_is_a_file() -> None:
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "functions").rglob("*.py")
        if "handler" in path.read_text(encoding="utf-8")
    }
    assert {f.module for f in FUNCTIONS} == files


def test_no_package_file_stands_under_functions() -> None:
    # sam builds namespace packages; an __init__.py would also be one more import in every cold start.
    assert not list((ROOT / "functions").rglob("__init__.py"))


@pytest.mark.parametrize("declared", FUNCTIONS, ids=lambda f: f.name)
def test_handler_is_callable(declared: Function) -> None:
    assert declared.handler.endswith(".handler")
    assert callable(importlib.import_module(declared.module).handler)


@pytest.mark.parametrize("declared", ENDPOINTS, ids=lambda f: f.name)
def test_the_route_of_the_file_is_the_route_of_the_template(declared: Function) -> None:
    app = importlib.import_module(declared.module).app
    if declared.module in OF_ANY_ROUTE:
        assert app.route is None
    else:
        assert [route.key for route in declared.routes] == [app.route]


@pytest.mark.parametrize("declared", JOBS, ids=lambda f: f.name)
def test_a_job_has_an_asynchronous_run_without_arguments_and_a_schedule_that_runs_here(declared: Function) -> None:
    run = importlib.import_module(declared.module).run
    assert inspect.iscoroutinefunction(run)
    inspect.signature(run).bind()
    assert declared.schedule is not None
    assert scheduler.interval_s(declared.schedule) >= 60


def test_exactly_one_function_takes_what_no_route_takes() -> None:
    assert [f.module for f in FUNCTIONS if f.is_default] == ["functions.not_found"]


def test_the_names_are_the_modules() -> None:
    def camel(module: str) -> str:
        return "".join(word.capitalize() for part in module.split(".")[1:] for word in part.split("_"))

    assert [f.name for f in FUNCTIONS] == [camel(f.module) for f in FUNCTIONS]


def test_no_function_outlives_what_calls_it() -> None:
    # An HTTP API gives up after 30 s, Lambda after 15 minutes.
    assert all(f.timeout_s < 30 for f in ENDPOINTS)
    assert all(f.timeout_s <= 900 for f in JOBS)


@pytest.mark.parametrize(
    "key",
    [
        "GET /health",
        "POST /v1/search",
        "POST /v1/collections",
        "GET /v1/collections",
        "GET /v1/collections/{name}",
        "PATCH /v1/collections/{name}",
        "DELETE /v1/collections/{name}",
        "POST /v1/vectors/upsert",
        "POST /v1/vectors/query",
        "GET /v1/vectors/fetch",
        "POST /v1/vectors/fetch",
        "POST /v1/vectors/delete",
        "POST /v1/api-keys/{id}/rotate",
        "POST /v1/billing/webhook",
        "POST /v1/agent-search",
    ],
)
def test_routes_of_the_contract_are_there(key: str) -> None:
    assert key in {route.key for f in FUNCTIONS for route in f.routes}


# --- how it is read


def test_function_is_read_with_the_defaults_of_globals(tmp_path: Path) -> None:
    [read] = load(tmp_path, function(GET, more="Timeout: 5"))
    assert read == Function(
        name="Query",
        handler="functions.query.handler",
        routes=(Route("GET", "/v1/things"),),
        is_default=False,
        schedule=None,
        timeout_s=5,
        memory_mb=512,
    )
    assert read.module == "functions.query"
    assert read.routes[0].key == "GET /v1/things"


def test_event_without_path_and_method_is_the_default_route(tmp_path: Path) -> None:
    [read] = load(tmp_path, function("{Any: {Type: HttpApi, Properties: {ApiId: !Ref Api}}}"))
    assert read.is_default
    assert read.routes == ()


def test_schedule_is_read(tmp_path: Path) -> None:
    [read] = load(tmp_path, function("{Tick: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}}"))
    assert read.schedule == "rate(1 minute)"


@pytest.mark.parametrize(
    ("resources", "named"),
    [
        (function("{Q: {Type: SQS, Properties: {}}}"), r"Query\.Events\.Q\.Type: 'SQS'"),
        (function("{Q: {Type: HttpApi, Properties: {Method: get-it, Path: /x}}}"), r"Query\.Events\.Q\.Method"),
        (function("{Q: {Type: HttpApi, Properties: {Method: GET}}}"), r"Query\.Events\.Q\.Path: None"),
        (function("{Q: {Type: HttpApi, Properties: {Method: GET, Path: '/{proxy+}'}}}"), r"Query\.Events\.Q\.Path"),
        (function("{Q: {Type: HttpApi, Properties: {Method: GET, Path: !Ref P}}}"), r"Query\.Events\.Q\.Path"),
        (function("{Q: {Type: Schedule, Properties: {Schedule: !Ref S}}}"), r"Query\.Events\.Q\.Schedule"),
        (function("{}"), r"Query\.Events: a function has routes, or one schedule"),
        (function("[1]"), r"Query\.Events: expected a mapping, found list"),
        (function(GET, more="Timeout: !Ref T"), r"Query\.Timeout"),
        (function(GET, more="MemorySize: 0"), r"Query\.MemorySize: 0"),
        (function(GET, handler="index"), r"Query\.Handler: 'index'"),
        (function(GET) + function(GET, name="B", handler="functions.b.handler"), "GET /v1/things is declared twice"),
        (function(GET) + function(GET.replace("things", "b"), name="B"), "functions.query.handler is declared twice"),
        (function(GET) + function(GET), "not YAML: Query stands twice"),
        ("  A: {Type: AWS::SQS::Queue}\n", "no resource is an AWS::Serverless::Function"),
        ("", "Resources: expected a mapping"),
        ("  [", "not YAML"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(tmp_path: Path, resources: str, named: str) -> None:
    with pytest.raises(TemplateError, match=named):
        load(tmp_path, resources)


def test_paths_that_differ_in_parameter_names_only_are_one_route(tmp_path: Path) -> None:
    one = function("{Q: {Type: HttpApi, Properties: {Method: GET, Path: '/v1/{name}'}}}")
    other = function(
        "{Q: {Type: HttpApi, Properties: {Method: GET, Path: '/v1/{id}'}}}", name="B", handler="f.b.handler"
    )
    with pytest.raises(TemplateError, match="declared twice, by Query and by B"):
        load(tmp_path, one + other)


def test_missing_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="No such file"):
        template.load(tmp_path / "none.yaml")

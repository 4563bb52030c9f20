"""Reads template.yaml, the one route table, into the functions that it declares.

Read are the parts of AWS SAM that this project uses: functions with `HttpApi` and `Schedule` events. A shape that is
not understood is refused by name instead of being skipped: a route that is lost in silence would be an outage.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import yaml

PATH = Path(__file__).resolve().parent.parent / "template.yaml"

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})

_FUNCTION = "AWS::Serverless::Function"
_ROUTE_PATH = re.compile(r"(/([A-Za-z0-9._-]+|\{[a-z_]+\}))+")
_HANDLER = re.compile(r"[a-z_]\w*(\.[a-z_]\w*)+")


class TemplateError(Exception):
    """template.yaml is missing, is not YAML, or holds a shape that is not understood; the message says where."""


class Intrinsic(NamedTuple):
    """An unresolved CloudFormation function such as `!Ref Architecture`: its name and its argument."""

    name: str
    value: object


class Route(NamedTuple):
    """One route of the HTTP API: an upper-case method and a path with `{parameters}`."""

    method: str
    path: str

    @property
    def key(self) -> str:
        """The route key, as API Gateway writes it: `GET /v1/collections/{name}`."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Function:
    """One Lambda function: what is called, by which routes or on which schedule, and how large it is."""

    name: str
    handler: str
    routes: tuple[Route, ...]
    is_default: bool
    """Takes the API's `$default` route: every request that no other route takes."""
    schedule: str | None
    """`rate(…)` or `cron(…)`, as EventBridge writes it."""
    timeout_s: int
    memory_mb: int

    @cached_property
    def module(self) -> str:
        """The importable module of the handler: `functions.vectors.query`."""
        return self.handler.rpartition(".")[0]


def load(path: Path = PATH) -> tuple[Function, ...]:
    """All functions of the template, in its order; raises TemplateError."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # a SafeLoader
    except OSError as error:
        raise TemplateError(f"{path}: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise TemplateError(f"{path}: not YAML: {error}") from error
    root = _mapping(document, "the document")
    defaults = _mapping(_mapping(root.get("Globals", {}), "Globals").get("Function", {}), "Globals.Function")
    functions = tuple(
        _function(name, resource, defaults)
        for name, resource in _mapping(root.get("Resources"), "Resources").items()
        if _mapping(resource, name).get("Type") == _FUNCTION
    )
    if not functions:
        raise TemplateError(f"{path}: no resource is an {_FUNCTION}.")
    _refuse_doubles(functions)
    return functions


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags kept as Intrinsic; a key that stands twice in a mapping is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{key} stands twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> Intrinsic:
    if isinstance(node, yaml.ScalarNode):
        return Intrinsic(suffix, loader.construct_scalar(node))
    if isinstance(node, yaml.SequenceNode):
        return Intrinsic(suffix, loader.construct_sequence(node, deep=True))
    assert isinstance(node, yaml.MappingNode)
    return Intrinsic(suffix, loader.construct_mapping(node, deep=True))


_Loader.add_multi_constructor("!", _intrinsic)


def _function(name: str, resource: object, defaults: Mapping[str, object]) -> Function:
    properties = {
        **defaults,
        **_mapping(_mapping(resource, name).get("Properties"), f"{name}.Properties"),
    }
    handler = properties.get("Handler")
    if not isinstance(handler, str) or not _HANDLER.fullmatch(handler):
        raise TemplateError(f"{name}.Handler: {handler!r} is not a dotted path as functions.search.handler.")
    routes: list[Route] = []
    schedules: list[str] = []
    is_default = False
    for event_name, event in _mapping(properties.get("Events"), f"{name}.Events").items():
        where = f"{name}.Events.{event_name}"
        fields = _mapping(event, where)
        detail = _mapping(fields.get("Properties"), f"{where}.Properties")
        match fields.get("Type"):
            case "HttpApi" if "Path" not in detail and "Method" not in detail:
                is_default = True
            case "HttpApi":
                routes.append(_route(detail, where))
            case "Schedule":
                schedules.append(_schedule(detail, where))
            case other:
                raise TemplateError(f"{where}.Type: {other!r} is neither HttpApi nor Schedule.")
    if len(schedules) > 1 or bool(schedules) == bool(routes or is_default):
        raise TemplateError(f"{name}.Events: a function has routes, or one schedule.")
    return Function(
        name=name,
        handler=handler,
        routes=tuple(routes),
        is_default=is_default,
        schedule=schedules[0] if schedules else None,
        timeout_s=_positive(properties.get("Timeout"), f"{name}.Timeout"),
        memory_mb=_positive(properties.get("MemorySize"), f"{name}.MemorySize"),
    )


def _route(detail: Mapping[str, object], where: str) -> Route:
    method, path = detail.get("Method"), detail.get("Path")
    if not isinstance(method, str) or method.upper() not in METHODS:
        raise TemplateError(f"{where}.Method: {method!r} is none of {', '.join(sorted(METHODS))}.")
    if not isinstance(path, str) or not _ROUTE_PATH.fullmatch(path):
        raise TemplateError(f"{where}.Path: {path!r} is not a path of plain segments and {{parameters}}.")
    return Route(method.upper(), path)


def _schedule(detail: Mapping[str, object], where: str) -> str:
    schedule = detail.get("Schedule")
    if not isinstance(schedule, str):
        raise TemplateError(f"{where}.Schedule: {schedule!r} is not text.")
    return schedule


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise TemplateError(f"{where}: expected a mapping, found {type(value).__name__}.")
    return value


def _positive(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TemplateError(f"{where}: {value!r} is not a positive whole number.")
    return value


def _refuse_doubles(functions: tuple[Function, ...]) -> None:
    owners: dict[str, str] = {}
    for function in functions:
        keys = [route.key for route in function.routes] + ["$default"] * function.is_default
        for key in (re.sub(r"\{[a-z_]+\}", "{}", key) for key in [*keys, function.handler]):
            if key in owners:
                raise TemplateError(f"{key} is declared twice, by {owners[key]} and by {function.name}.")
            owners[key] = function.name

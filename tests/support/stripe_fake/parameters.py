"""Parameters as Stripe reads them: form-encoded, nested by brackets, of the types that `stripe.params` publishes."""

from __future__ import annotations

import json
import re
import sys
import types
import typing
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Literal, NotRequired, Union

from stripe import RequestOptions
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import is_typeddict

from tests.support.stripe_fake.faults import Refusal

_KEY = re.compile(r"([a-z_0-9]+)((?:\[[A-Za-z_0-9.]+\])*)")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`a[b]=1&c[0]=2` as {"a": {"b": "1"}, "c": {"0": "2"}}; raises Refusal on what is not of that form."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        match = _KEY.fullmatch(key)
        if match is None:
            raise Refusal.unknown_parameter(key)
        *path, last = [match[1], *re.findall(r"\[([^]]+)\]", match[2])]
        inner = found
        for step in path:
            inner = inner.setdefault(step, {})
            if not isinstance(inner, dict):
                raise Refusal.of(f"Invalid object: {key}", param=key)
        if last in inner:
            raise Refusal.of(f"Given twice: {key}", param=key)
        inner[last] = value
    return found


def of_json(raw: str) -> dict[str, Any]:
    """The JSON body of API v2 in the form that `nested` makes."""
    try:
        found = json.loads(raw or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refusal.of("The body is not a JSON object.")
    return {name: _of_json(value) for name, value in found.items()}


def _of_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _of_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return {str(index): _of_json(each) for index, each in enumerate(value)}
    return value if isinstance(value, str) else json.dumps(value)


def read(kind: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as values of the types that the TypedDict `kind` names; raises Refusal on anything else."""
    return _read_fields(kind, given, "")


def _read_fields(kind: Any, given: Mapping[str, Any], within: str) -> dict[str, Any]:
    fields = fields_of(kind)
    for name in given:
        if name not in fields:
            raise Refusal.unknown_parameter(f"{within}[{name}]" if within else name)
    values: dict[str, Any] = {}
    for name, type_ in fields.items():
        label = f"{within}[{name}]" if within else name
        if name in given:
            values[name] = read_value(type_, given[name], label)
        elif typing.get_origin(type_) is not NotRequired:
            raise Refusal.of(f"Missing required param: {label}.", code="parameter_missing", param=label)
    return values


def fields_of(kind: Any) -> dict[str, Any]:
    """The types of a TypedDict's own fields; what it inherits are options of the client, which never travel so."""
    own = {name: type_ for name, type_ in kind.__annotations__.items() if name not in RequestOptions.__annotations__}
    module = vars(sys.modules[kind.__module__])
    return typing.get_type_hints(SimpleNamespace(__annotations__=own), module, include_extras=True)


def read_value(type_: Any, given: Any, label: str) -> Any:
    """One parameter as a value of its type; raises Refusal on anything else."""
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if origin is NotRequired:
        return read_value(arguments[0], given, label)
    if origin in (Union, types.UnionType):
        return _read_union(arguments, given, label)
    if origin is Literal:
        if given not in arguments:
            raise Refusal.of(f"Invalid {label}: must be one of {', '.join(map(str, arguments))}", param=label)
        return given
    if origin is list:
        if not isinstance(given, dict) or list(given) != [str(index) for index in range(len(given))]:
            raise Refusal.of(f"Invalid array: {label}", param=label)
        return [read_value(arguments[0], each, label) for each in given.values()]
    if origin is dict:
        if not isinstance(given, dict):
            raise Refusal.of(f"Invalid object: {label}", param=label)
        return {name: read_value(arguments[1], each, f"{label}[{name}]") for name, each in given.items()}
    if is_typeddict(type_):
        if not isinstance(given, dict):
            raise Refusal.of(f"Invalid object: {label}", param=label)
        return _read_fields(type_, given, label)
    return _read_scalar(type_, given, label)


def _read_union(arguments: tuple[Any, ...], given: Any, label: str) -> Any:
    choices = [typing.get_args(each) for each in arguments if typing.get_origin(each) is Literal]
    if any(choice != ("",) for choice in choices):
        # An enumeration is open (`| str`) for the client only: what the API does not know it refuses.
        arguments = tuple(each for each in arguments if each is not str)
    # How the client may be given a mapping; what travels is the mapping.
    arguments = tuple(each for each in arguments if typing.get_origin(each) is not UntypedStripeObject)
    refusal: Refusal | None = None
    for each in arguments:
        try:
            return read_value(each, given, label)
        except Refusal as refused:
            refusal = refusal or refused
    raise refusal or AssertionError(f"{label} has no type")


def _read_scalar(type_: Any, given: Any, label: str) -> Any:
    if not isinstance(given, str):
        raise Refusal.of(f"Invalid value: {label}", param=label)
    if type_ is str:
        return given
    if type_ is int and re.fullmatch(r"-?[0-9]{1,15}", given):
        return int(given)
    if type_ in (Decimal, float) and re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,12})?", given):
        return type_(given)
    if type_ is bool and given in ("true", "false"):
        return given == "true"
    raise Refusal.of(f"Invalid {getattr(type_, '__name__', 'value')}: {label}", param=label)

"""What the documentation tells of a call beyond its types and docstrings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.errors import FluxVectorError
from shared.web.errors import ErrorBody

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Examples, and what the signature of an endpoint does not show.

    `path`, `request` and `answer` belong to one another: the path parameters, the body (the query string where the
    method has none; text where the body is not JSON), and the answer to them as JSON (text where it is not JSON).
    `query` is the query string of a call that has one beside its body.
    `errors` are those that the call raises itself; those of every call of its kind are known.
    `answer_shape` is the struct that an endpoint sends which answers with a Response; of a media type that is not JSON,
    it is the shape of one line; `also_answers` are media types that a caller may ask for instead. `request_shape` is
    that of a line of a body that is not JSON.
    `error_shape` is the struct of the call's errors.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    request: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    answer: Any = None
    errors: tuple[type[FluxVectorError], ...] = ()
    request_type: str = JSON
    request_shape: type[Any] | None = None
    answer_type: str = JSON
    answer_shape: type[Any] | None = None
    also_answers: tuple[str, ...] = ()
    error_shape: type[Any] = ErrorBody


NOTHING = About()
"""Of a call that its types and docstrings describe well enough."""

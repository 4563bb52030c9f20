"""A built call, with everything that its file says of it."""

from __future__ import annotations

import inspect
import re
import sys
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.responses import Response

from shared.openapi.about import JSON, About
from shared.web.app import EndpointApp

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Described:
    """A call for the documentation; made from its app alone."""

    app: EndpointApp[Any]

    @property
    def method(self) -> str:
        """`POST`."""
        return str(self.app.route).split(" ", 1)[0]

    @property
    def path(self) -> str:
        """`/v1/collections/{name}`."""
        return str(self.app.route).split(" ", 1)[1]

    @property
    def path_parameters(self) -> list[str]:
        """`name`."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def about(self) -> About:
        """The examples, and what no signature shows."""
        return self.app.about

    @property
    def operation_id(self) -> str:
        """`vectors_query`, after the file; a file whose name is a word of Python's ends in `_`."""
        return "_".join(self._module.split(".")[1:]).rstrip("_")

    @property
    def tag(self) -> str:
        """The resource: the folder of the file, or what its path says."""
        folder = self._module.split(".")[1:-1]
        if folder:
            return folder[0]
        return self.path.split("/")[2] if self.path.startswith("/v1/") else "service"

    @property
    def summary(self) -> str:
        """The first sentence of the file, without its route."""
        return _capital(self._told[0].rstrip("."))

    @property
    def description(self) -> str:
        """The rest of the file's docstring, the endpoint's, and the scope that a key needs."""
        paragraphs = [*self._told[1:], _paragraphs(inspect.getdoc(self.app.endpoint))]
        if self.app.scope == "session":
            paragraphs.append("Needs the token of a session: whoever signed in may do this, an API key may not.")
        elif self.app.scope is not None:
            paragraphs.append(f"Needs a credential with the scope `{self.app.scope}`.")
        return "\n\n".join(_capital(paragraph) for paragraph in paragraphs if paragraph)

    @property
    def has_body(self) -> bool:
        """Whether the request is a body; else it is a query string."""
        return self.app.has_body

    @property
    def query_example(self) -> Mapping[str, Any]:
        """The query string of the example."""
        return self.about.query if self.has_body else self.about.request or {}

    @property
    def takes_fields(self) -> bool:
        """Whether the request has any field."""
        return bool(self.app.shape.__struct_fields__)

    @property
    def has_query(self) -> bool:
        """Whether the fields of the request are the query string's: those of a call without a body, or of lines."""
        return self.takes_fields and (not self.has_body or self.app.takes_lines)

    @property
    def request_shape(self) -> Any:
        """The struct of the request, or of one line of it."""
        return self.about.request_shape or self.app.shape

    @property
    def body_is_required(self) -> bool:
        """No body is as good as an empty object, where no field is required."""
        return self.about.request_type != JSON or any(
            field.required for field in msgspec.structs.fields(self.app.shape)
        )

    @property
    def answer_shape(self) -> Any:
        """The struct of the answer, or of one line of it; None where the answer is a text of some other form."""
        shape = typing.get_type_hints(self.app.endpoint)["return"]
        return self.about.answer_shape if isinstance(shape, type) and issubclass(shape, Response) else shape

    @property
    def types(self) -> list[Any]:
        """Every type that a schema is needed for."""
        used = [self.app.shape, self.request_shape, self.answer_shape, self.about.error_shape]
        return [shape for shape in used if shape is not None]

    @property
    def _module(self) -> str:
        return self.app.endpoint.__module__

    @property
    def _told(self) -> list[str]:
        """The file's docstring: its first sentence, and the rest."""
        text = _paragraphs(sys.modules[self._module].__doc__).removeprefix(f"{self.app.route}:").strip()
        return _SENTENCE_END.split(text, maxsplit=1)


def _paragraphs(doc: str | None) -> str:
    """A docstring without its line breaks; paragraphs stay."""
    return "\n\n".join(" ".join(part.split()) for part in inspect.cleandoc(doc or "").split("\n\n"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""JSON Schema (draft 2020-12, as OpenAPI 3.1 has it) of the structs, by msgspec, in the words of the wire."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import msgspec

REFERENCE = "#/components/schemas/"
Schema = dict[str, Any]


class Schemas:
    """The schemas of all types of a document; structs are components, each named once."""

    def __init__(self, types: Iterable[Any]) -> None:
        types = list(types)
        schemas, components = msgspec.json.schema_components(types, ref_template=REFERENCE + "{name}")
        self._names = _short_names(components)
        self._of: list[tuple[Any, Schema]] = [
            (kind, self._told(schema)) for kind, schema in zip(types, schemas, strict=True)
        ]
        self.components: dict[str, Schema] = {
            self._names[name]: self._told(schema) for name, schema in sorted(components.items())
        }

    def of(self, kind: Any) -> Schema:
        """The schema of one of the types; a reference where it is a struct."""
        return next(schema for known, schema in self._of if known is kind)

    def component(self, kind: Any) -> Schema:
        """The schema of a struct itself, without the reference."""
        return self.components[self.of(kind)["$ref"].removeprefix(REFERENCE)]

    def used(self, told: Any) -> dict[str, Schema]:
        """The components that a part of the document refers to, by each other too."""
        used: dict[str, Schema] = {}
        new = _referred(told)
        while new:
            found = {name: self.components[name] for name in new}
            used |= found
            new = _referred(found) - used.keys()
        return dict(sorted(used.items()))

    def _told(self, schema: Any) -> Any:
        if isinstance(schema, list):
            return [self._told(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        told = {name: self._told(value) for name, value in schema.items()}
        if isinstance(reference := told.get("$ref"), str):
            told["$ref"] = REFERENCE + self._names[reference.removeprefix(REFERENCE)]
        if isinstance(pattern := told.get("pattern"), str):
            # Python's end of the text, where `$` would also stand before a last line feed; JSON Schema has no such `$`.
            told["pattern"] = pattern.removesuffix(r"\Z") + "$" * pattern.endswith(r"\Z")
        if isinstance(properties := told.get("properties"), dict):
            told["properties"] = {name: _timed(name, value) for name, value in properties.items()}
            told.pop("title", None)
        return told


def _referred(told: Any) -> set[str]:
    """Names of the components that are referred to, at any depth."""
    if isinstance(told, list):
        return set().union(*(_referred(item) for item in told))
    if not isinstance(told, dict):
        return set()
    reference = told.get("$ref")
    here = (
        {reference.removeprefix(REFERENCE)} if isinstance(reference, str) and reference.startswith(REFERENCE) else set()
    )
    return here.union(*(_referred(value) for value in told.values()))


def _timed(name: str, schema: Any) -> Any:
    """`…_at` is a time everywhere: answers carry it as text, and msgspec tells no format of a datetime."""
    if not name.endswith("_at"):
        return schema
    if schema.get("type") == "string":
        return {**schema, "format": "date-time"}
    if "anyOf" in schema:
        return {**schema, "anyOf": [_timed(name, one) for one in schema["anyOf"]]}
    return schema


def _short_names(components: Collection[str]) -> dict[str, str]:
    """msgspec's names to ours. Where several structs have a name, msgspec puts the module before it, we the folder."""
    short = {name: "".join(_words(name)) for name in components}
    taken = list(short.values())
    return {name: (name if taken.count(short[name]) > 1 else short[name]) for name in components}


def _words(name: str) -> Iterator[str]:
    """`functions.api_keys.create.CreateRequest` as ApiKeys, CreateRequest."""
    *path, struct = name.split(".")
    for folder in path[1:-1]:
        yield "".join(word.capitalize() for word in folder.split("_"))
    yield struct

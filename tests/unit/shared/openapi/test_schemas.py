from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from shared.openapi.schemas import Schemas


class Inner(Struct):
    value: int


class Outer(Struct, forbid_unknown_fields=True):
    inner: Inner
    name: Annotated[str, Meta(pattern=r"^[a-z]*\Z")] = ""
    expires_at: datetime | None = None
    created_at: str = ""
    metadata: dict[str, Any] | None = None


def named(module: str) -> type[Struct]:
    """A struct of another file, of the name that other files have too."""
    made: type[Struct] = type("CreateRequest", (Struct,), {"__module__": module, "__annotations__": {"name": "str"}})
    return made


def test_a_struct_is_a_component_that_is_referred_to() -> None:
    schemas = Schemas([Outer])
    assert schemas.of(Outer) == {"$ref": "#/components/schemas/Outer"}
    assert schemas.component(Outer)["properties"]["inner"] == {"$ref": "#/components/schemas/Inner"}
    assert schemas.component(Outer)["required"] == ["inner"]
    assert schemas.component(Outer)["additionalProperties"] is False


def test_the_end_of_a_text_is_written_as_json_schema_has_it() -> None:
    assert Schemas([Outer]).component(Outer)["properties"]["name"]["pattern"] == "^[a-z]*$"


def test_times_are_told_as_times() -> None:
    properties = Schemas([Outer]).component(Outer)["properties"]
    assert properties["created_at"]["format"] == "date-time"
    assert properties["expires_at"]["anyOf"] == [{"type": "string", "format": "date-time"}, {"type": "null"}]


def test_structs_of_one_name_are_told_apart_by_their_folders() -> None:
    one, other = named("functions.api_keys.create"), named("functions.collections.create")
    schemas = Schemas([one, other])
    assert set(schemas.components) == {"ApiKeysCreateRequest", "CollectionsCreateRequest"}
    assert schemas.of(other) == {"$ref": "#/components/schemas/CollectionsCreateRequest"}


def test_only_what_is_referred_to_is_used() -> None:
    schemas = Schemas([Outer, named("functions.things.create")])
    assert set(schemas.used({"deep": [{"schema": schemas.of(Outer)}]})) == {"Inner", "Outer"}
    assert schemas.used({}) == {}

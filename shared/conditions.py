"""What of a collection a statement is about: a namespace's rows, all or those that a filter matches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from shared.admission import CollectionRef
from shared.errors import ValidationFailed
from shared.filters.jsonpath import to_jsonpath
from shared.filters.parse import parse_filter
from shared.filters.tsquery import to_tsquery

MAX_FILTER_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter as statements take it: `filter` decides (jsonpath), `facets` finds candidates (tsquery)."""

    filter: str | None = None
    facets: str | None = None

    @property
    def params(self) -> dict[str, object]:
        """Both as every statement with a filter takes them."""
        return {"filter": self.filter, "facets": self.facets}


EVERYTHING = Condition()


def condition_of(document: Mapping[str, Any] | None, collection: CollectionRef) -> Condition:
    """The condition of a request's filter; none and `{}` are none. Raises ValidationFailed."""
    if document and (size := len(msgspec.json.encode(document))) > MAX_FILTER_BYTES:
        raise ValidationFailed.of("filter", f"is {size} bytes as JSON; the bound is {MAX_FILTER_BYTES}")
    parsed = None if document is None else parse_filter(document)
    if parsed is None:
        return EVERYTHING
    facets = to_tsquery(parsed, collection.collection_no) if collection.is_catalogued else None
    return Condition(to_jsonpath(parsed), facets)

"""Pages of a list, newest first, by Stripe's cursor."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.shapes import Object, list_of

_COMPARES = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


def page_of(
    url: str,
    rows: dict[str, Object],
    is_wanted: Callable[[Object], bool],
    *,
    limit: int = 10,
    starting_after: str | None = None,
) -> Object:
    """A page of what is wanted, newest first."""
    if not 1 <= limit <= 100:
        raise Refusal.of("Invalid limit: must be between 1 and 100", param="limit")
    ids = [id_ for id_ in reversed(rows) if is_wanted(rows[id_]) or id_ == starting_after]
    if starting_after is not None:
        if starting_after not in rows:
            raise Refusal.missing("object", starting_after, status=400, param="starting_after")
        ids = ids[ids.index(starting_after) + 1 :]
    return list_of(url, [rows[id_] for id_ in ids[:limit]], has_more=len(ids) > limit)


def is_within(value: int, bounds: Mapping[str, int] | int | None) -> bool:
    """Whether a time is the one that was asked for, or within `gt`, `gte`, `lt` and `lte`."""
    if bounds is None or isinstance(bounds, int):
        return bounds in (None, value)
    return all(_COMPARES[name](value, bound) for name, bound in bounds.items())


def has_all(object_: Object, **wanted: object) -> bool:
    """Whether each field has the value that was asked for; None asks for nothing."""
    return all(value is None or object_[name] == value for name, value in wanted.items())

"""The events of the account, as calls list and fetch them."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from tests.support.stripe_fake.books import Books
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.lists import is_within, page_of
from tests.support.stripe_fake.shapes import Object

# As long as Stripe lists an event.
KEPT_S = 30 * 24 * 3_600


class EventLog:
    """What happened in an account, newest first."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def retrieve(self, event_id: str) -> Object:
        """GET /v1/events/{id}"""
        return self._books.get("event", event_id)

    def list_(
        self,
        *,
        type: str | None = None,  # the parameter's name
        types: Sequence[str] | None = None,
        created: Any = None,
        **page: Any,
    ) -> Object:
        """GET /v1/events: of the last 30 days."""
        if type is not None and types is not None:
            raise Refusal.of("You may pass either `type` or `types`, but not both.", param="types")
        if types is not None and len(types) > 20:
            raise Refusal.of("`types` holds at most 20 names.", param="types")
        oldest = self._books.now() - KEPT_S

        def is_wanted(event: Object) -> bool:
            if event["created"] < oldest or not is_within(event["created"], created):
                return False
            if types is not None and event["type"] not in types:
                return False
            return type is None or fnmatchcase(event["type"], type)

        return page_of("/v1/events", self._books.tables["event"], is_wanted, **page)

    def retrieve_thin(self, event_id: str) -> Object:
        """GET /v2/core/events/{id}: with the data that the notification lacks."""
        return self._books.get("v2.core.event", event_id)

"""All objects of the account, the clock, and the log of events: what every part of the fake reads and writes."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import stripe

from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.shapes import Object, shape

# How a refusal and the path name a kind.
WORDS = {
    "billing.meter": "billing meter",
    "billing_portal.configuration": "configuration",
    "billing_portal.session": "session",
    "subscription_schedule": "subscription schedule",
    "webhook_endpoint": "webhook endpoint",
}
PREFIXES = {
    "billing.meter": "mtr",
    "billing_portal.configuration": "bpc",
    "billing_portal.session": "bps",
    "checkout.session": "cs_test",
    "customer": "cus",
    "event": "evt",
    "invoice": "in",
    "line_item": "il",
    "price": "price",
    "product": "prod",
    "subscription": "sub",
    "subscription_item": "si",
    "subscription_schedule": "sub_sched",
    "v2.core.event": "evt_test",
    "v2.core.event_destination": "ed_test",
    "webhook_endpoint": "we",
}


@dataclass(slots=True)
class Books:
    """Objects by kind and id, oldest first."""

    tables: dict[str, dict[str, Object]] = field(default_factory=lambda: {kind: {} for kind in PREFIXES})
    ahead_s: float = 0.0
    # Where the clock stands still: by itself, or while what was due at a moment is done.
    still_at: float | None = None
    # Whether callers live by this machine's clock even where this one was moved.
    callers_stay: bool = False
    _moment: float | None = None
    _number: int = 0

    def now(self) -> float:
        """Unix seconds by this account's clock."""
        if self._moment is not None:
            return self._moment
        return (time.time() if self.still_at is None else self.still_at) + self.ahead_s

    @property
    def moved_s(self) -> int:
        """How far the times that callers send are moved: whole hours, which keep what is aligned aligned."""
        return int(self.ahead_s // 3_600) * 3_600 if self.callers_stay else 0

    @contextmanager
    def at(self, moment: float) -> Iterator[None]:
        """Does what was due at a moment that has passed."""
        self._moment = moment
        try:
            yield
        finally:
            self._moment = None

    def new_id(self, kind: str) -> str:
        self._number += 1
        return f"{PREFIXES[kind]}_fake{self._number:06}"

    def made(self, kind: str, id_: str | None = None, **fields: Any) -> Object:
        """A new object that stands in no table."""
        object_ = shape(kind) | {"id": id_ or self.new_id(kind)} | fields
        for name in ("created", "updated"):
            if isinstance(object_.get(name), int):  # in API v2 it is a text
                object_[name] = int(self.now())
        return object_

    def add(self, kind: str, id_: str | None = None, **fields: Any) -> Object:
        object_ = self.made(kind, id_, **fields)
        self.tables[kind][object_["id"]] = object_
        return object_

    def get(self, kind: str, id_: str, *, param: str = "") -> Object:
        """The object; raises Refusal where it is missing: 404 in a path, 400 in a parameter."""
        found = self.tables[kind].get(id_)
        if found is None:
            word = WORDS.get(kind, kind)
            raise Refusal.missing(word, id_, status=400 if param else 404, param=param or "id")
        return found

    def note(self, type_: str, object_: Object, before: Mapping[str, Any] | None = None) -> None:
        """Logs an event with a snapshot; `before` is the object as it was, for an event that tells a change."""
        data: Object = {"object": copy.deepcopy(object_)}
        if before is not None:
            changed = {name: value for name, value in before.items() if object_.get(name) != value}
            data["previous_attributes"] = copy.deepcopy(changed)
        self.add("event", api_version=stripe.api_version, data=data, type=type_)

    def note_thin(self, type_: str, related: Object, data: Object) -> None:
        """Logs an event of API v2, which is sent without its data."""
        created = datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = self.add("v2.core.event", type=type_, related_object=related, data=data)
        event["created"] = created

    @contextmanager
    def change(self, type_: str, object_: Object) -> Iterator[None]:
        """Logs an event of what the block changes in an object, if anything."""
        before = copy.deepcopy(object_)
        yield
        if object_ != before:
            self.note(type_, object_, before)


def merged_metadata(object_: Object, metadata: Mapping[str, str] | str) -> dict[str, str]:
    """Metadata after an update: keys are set one by one, an empty value drops one, an empty string drops all."""
    if isinstance(metadata, str):
        return {}
    merged = (object_.get("metadata") or {}) | dict(metadata)
    if len(merged) > 50 or any(len(key) > 40 or len(value) > 500 for key, value in merged.items()):
        raise Refusal.of("Metadata holds at most 50 keys of 40 characters and values of 500.", param="metadata")
    return {key: value for key, value in merged.items() if value}


def only(given: Mapping[str, Any], allowed: str, within: str) -> None:
    """Refuses fields of an object-valued parameter that the fake would overlook; `allowed` are words."""
    if unused := sorted(given.keys() - set(allowed.split())):
        raise Refusal.of(f"The fake does nothing with {within}[{unused[0]}].", param=f"{within}[{unused[0]}]")

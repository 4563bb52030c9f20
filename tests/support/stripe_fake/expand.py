"""`expand`: what Stripe puts in place of an id, or tells only to who asks."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from tests.support.stripe_fake.account import Account
from tests.support.stripe_fake.checkout import listed
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.shapes import Object

DEEPEST = 4
# By the object's kind, the fields that hold an id and the kind of what it names.
_IDS = {
    "billing_portal.session": {"configuration": "billing_portal.configuration"},
    "checkout.session": {"customer": "customer", "subscription": "subscription", "invoice": "invoice"},
    "invoice": {"customer": "customer"},
    "price": {"product": "product"},
    "product": {"default_price": "price"},
    "subscription": {"customer": "customer", "latest_invoice": "invoice", "schedule": "subscription_schedule"},
    "subscription_schedule": {"customer": "customer", "subscription": "subscription"},
}


def expanded(account: Account, answer: Object, paths: Sequence[str]) -> Object:
    """A copy of an answer with what was asked for; raises Refusal for what cannot be expanded."""
    answer = copy.deepcopy(answer)
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST:
            raise Refusal.of(f"You cannot expand more than {DEEPEST} levels of a property ({path}).", param="expand")
        _expand(account, answer, steps, path)
    return answer


def _expand(account: Account, value: Any, steps: Sequence[str], path: str) -> None:
    if isinstance(value, list):
        for each in value:
            _expand(account, each, steps, path)
        return
    if not steps or value is None:
        return
    step, *rest = steps
    kind = value.get("object") if isinstance(value, dict) else None
    if kind == "price" and step == "tiers":
        if value["id"] in account.catalogue.tiers:
            value["tiers"] = copy.deepcopy(account.catalogue.tiers[value["id"]])
    elif kind == "checkout.session" and step == "line_items":
        value["line_items"] = copy.deepcopy(listed(account.checkout.line_items[value["id"]], value["id"]))
    elif step in _IDS.get(str(kind), {}):
        if isinstance(value[step], str):
            value[step] = copy.deepcopy(account.books.tables[_IDS[str(kind)][step]].get(value[step]))
    elif not (rest and isinstance(value, dict) and isinstance(value.get(step), dict | list)):
        raise Refusal.of(f"This property cannot be expanded ({path}).", param="expand")
    _expand(account, value.get(step), rest, path)

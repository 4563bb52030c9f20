"""Every call of the fake against the type that the pinned package publishes for its parameters."""

from __future__ import annotations

import typing
from decimal import Decimal
from typing import Any

import pytest
from stripe import params

from tests.support.stripe_fake.account import Account
from tests.support.stripe_fake.app import parameters_of
from tests.support.stripe_fake.calls import Call, calls_of
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.parameters import fields_of, nested, read, read_value

CALLS = calls_of(Account())
FIELDS = [(name, field) for name, call in CALLS.items() for field in fields_of(call.params)]
# Whatever a field is, one of these is not of its type: a word, an object of unknown fields, an object of numbers.
WRONG = ("no such value", {"no_such_field": {"no_such_field": "x"}}, {"0": {"1": {"2": "x"}}})


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_value_of_another_type_is_refused(name: str, field: str) -> None:
    type_ = fields_of(CALLS[name].params)[field]
    refused = []
    for value in WRONG:
        try:
            read_value(type_, value, field)
        except Refusal as refusal:
            refused.append((refusal.status, refusal.body["error"]))
    assert refused
    for status, error in refused:
        assert (status, error["type"]) == (400, "invalid_request_error")
        assert error["param"].startswith(field)


@pytest.mark.parametrize("name", CALLS)
def test_an_unknown_parameter_is_refused(name: str) -> None:
    with pytest.raises(Refusal, match="Received unknown parameter: no_such") as refusal:
        read(CALLS[name].params, {"no_such": "x"})
    assert refusal.value.body["error"]["code"] == "parameter_unknown"


@pytest.mark.parametrize("name", CALLS)
def test_a_call_takes_nothing_that_stripe_does_not(name: str) -> None:
    """What the fake reads by name is a parameter of Stripe's, or the id in the path."""
    call: Call = CALLS[name]
    taken = parameters_of(call.do)
    ids = {each for each in taken if each.endswith("_id") and each != "client_reference_id"}
    assert len(ids) == name.count("{id}")
    optional = {"limit", "starting_after"} if name.startswith("GET") else set()
    assert taken - ids - optional <= set(fields_of(call.params))
    required = {field for field, type_ in fields_of(call.params).items() if not _is_optional(type_)}
    assert required <= taken


def _is_optional(type_: Any) -> bool:
    return typing.get_origin(type_) is typing.NotRequired


def test_values_are_read_as_what_they_are() -> None:
    pairs = [
        ("currency", "usd"),
        ("active", "true"),
        ("metadata[a]", "b"),
        ("tiers[0][up_to]", "5"),
        ("tiers[0][unit_amount_decimal]", "0.0003"),
        ("tiers[1][up_to]", "inf"),
        ("recurring[interval]", "month"),
        ("unit_amount", "-1"),
    ]
    assert read(params.PriceCreateParams, nested(pairs)) == {
        "currency": "usd",
        "active": True,
        "metadata": {"a": "b"},
        "tiers": [{"up_to": 5, "unit_amount_decimal": Decimal("0.0003")}, {"up_to": "inf"}],
        "recurring": {"interval": "month"},
        "unit_amount": -1,
    }


@pytest.mark.parametrize("text", ["", "1e3", "1.", ".5", "NaN", "Infinity", "0x1", "1_0", "1.0000000000001", " 1"])
def test_a_decimal_is_digits_and_at_most_twelve_places(text: str) -> None:
    with pytest.raises(Refusal, match="Invalid Decimal"):
        read(params.PriceCreateParams, {"currency": "usd", "unit_amount_decimal": text})


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([("a[0", "x")], "unknown parameter"),
        ([("a", "x"), ("a", "y")], "Given twice"),
        ([("a", "x"), ("a[b]", "y")], "Invalid object"),
    ],
)
def test_what_is_no_form_of_stripes_is_refused(pairs: list[tuple[str, str]], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        nested(pairs)

"""Products and prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.support.stripe_fake.books import Books, merged_metadata, only
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.lists import has_all, is_within, page_of
from tests.support.stripe_fake.shapes import Object

_ONE_OF_BOTH = "One of `unit_amount` and `unit_amount_decimal` must be given, and not both."


class Catalogue:
    """What an account sells. A price's tiers stand beside it: Stripe tells them only to who expands them."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.tiers: dict[str, list[Object]] = {}

    def create_product(
        self,
        *,
        name: str,
        id: str | None = None,  # the parameter's name
        metadata: Mapping[str, str] | str = "",
        active: bool = True,
        description: str | None = None,
        statement_descriptor: str | None = None,
        tax_code: str | None = None,
        unit_label: str | None = None,
        url: str | None = None,
    ) -> Object:
        """POST /v1/products"""
        if id is not None and id in self._books.tables["product"]:
            raise Refusal.of("Product already exists.", code="resource_already_exists", param="id")
        given = {"active": active, "description": description, "statement_descriptor": statement_descriptor}
        given |= {"name": name, "tax_code": tax_code, "unit_label": unit_label, "url": url}
        product = self._books.add("product", id, metadata=merged_metadata({}, metadata), **given)
        self._books.note("product.created", product)
        return product

    def retrieve_product(self, product_id: str) -> Object:
        """GET /v1/products/{id}"""
        return self._books.get("product", product_id)

    def update_product(
        self,
        product_id: str,
        *,
        metadata: Mapping[str, str] | str | None = None,
        default_price: str | None = None,
        name: str | None = None,
        active: bool | None = None,
        description: str | None = None,
        tax_code: str | None = None,
        unit_label: str | None = None,
    ) -> Object:
        """POST /v1/products/{id}"""
        product = self.retrieve_product(product_id)
        if default_price is not None:
            self._books.get("price", default_price, param="default_price")
        given = {"name": name, "active": active, "description": description, "tax_code": tax_code}
        given |= {"unit_label": unit_label, "default_price": default_price}
        with self._books.change("product.updated", product):
            product |= {key: None if value == "" else value for key, value in given.items() if value is not None}
            if metadata is not None:
                product["metadata"] = merged_metadata(product, metadata)
        return product

    def list_products(
        self, *, ids: Sequence[str] | None = None, active: bool | None = None, created: Any = None, **page: Any
    ) -> Object:
        """GET /v1/products"""

        def is_wanted(product: Object) -> bool:
            if ids is not None and product["id"] not in ids:
                return False
            return has_all(product, active=active) and is_within(product["created"], created)

        return page_of("/v1/products", self._books.tables["product"], is_wanted, **page)

    def create_price(
        self,
        *,
        currency: str,
        product: str | None = None,
        recurring: Mapping[str, Any] | None = None,
        billing_scheme: str = "per_unit",
        tiers: Sequence[Mapping[str, Any]] | None = None,
        tiers_mode: str | None = None,
        unit_amount: int | None = None,
        unit_amount_decimal: Decimal | None = None,
        lookup_key: str | None = None,
        transfer_lookup_key: bool = False,
        metadata: Mapping[str, str] | str = "",
        nickname: str | None = None,
        active: bool = True,
        tax_behavior: str = "unspecified",
    ) -> Object:
        """POST /v1/prices: flat or metered, per unit or in graduated tiers."""
        if product is None:
            raise Refusal.of("You must specify either `product` or `product_data`.", param="product")
        self._books.get("product", product, param="product")
        if recurring is None:
            raise Refusal.of("The fake sells subscriptions only: `recurring` is missing.", param="recurring")
        if len(currency) != 3 or not currency.islower():
            raise Refusal.of(f"Invalid currency: {currency}.", param="currency")
        read_tiers: list[Object] = []
        if billing_scheme == "tiered":
            if unit_amount is not None or unit_amount_decimal is not None:
                raise Refusal.of("`unit_amount` cannot be given with `billing_scheme` tiered.", param="unit_amount")
            if tiers_mode != "graduated":
                raise Refusal.of("The fake knows `tiers_mode` graduated only.", param="tiers_mode")
            read_tiers = _tiers(tiers or [])
            amount: Object = {"unit_amount": None, "unit_amount_decimal": None}
        else:
            if tiers is not None or tiers_mode is not None:
                raise Refusal.of("`tiers` need `billing_scheme` tiered.", param="tiers")
            amount = _amount(unit_amount, unit_amount_decimal, "unit_amount")
        self._take_lookup_key(lookup_key, is_transfer=transfer_lookup_key)
        price = self._books.add(
            "price",
            active=active,
            billing_scheme=billing_scheme,
            currency=currency,
            product=product,
            recurring=self._recurring(recurring),
            tiers_mode=tiers_mode,
            lookup_key=lookup_key,
            metadata=merged_metadata({}, metadata),
            nickname=nickname,
            tax_behavior=tax_behavior,
            **amount,
        )
        if read_tiers:
            self.tiers[price["id"]] = read_tiers
        self._books.note("price.created", price)
        return price

    def retrieve_price(self, price_id: str) -> Object:
        """GET /v1/prices/{id}"""
        return self._books.get("price", price_id)

    def sold(self, price_id: str, param: str) -> Object:
        """A price that a parameter names, active."""
        price = self._books.get("price", price_id, param=param)
        if not price["active"]:
            message = "The price specified is inactive. This field only accepts active prices."
            raise Refusal.of(message, param=param)
        return price

    def update_price(
        self,
        price_id: str,
        *,
        active: bool | None = None,
        lookup_key: str | None = None,
        transfer_lookup_key: bool = False,
        metadata: Mapping[str, str] | str | None = None,
        nickname: str | None = None,
        tax_behavior: str | None = None,
    ) -> Object:
        """POST /v1/prices/{id}: what a price costs never changes."""
        price = self.retrieve_price(price_id)
        if tax_behavior is not None and price["tax_behavior"] not in ("unspecified", tax_behavior):
            raise Refusal.of("`tax_behavior` cannot be changed once it is set.", param="tax_behavior")
        given = {"active": active, "nickname": nickname, "tax_behavior": tax_behavior}
        if lookup_key is not None and lookup_key != price["lookup_key"]:
            self._take_lookup_key(lookup_key or None, is_transfer=transfer_lookup_key)
        with self._books.change("price.updated", price):
            price |= {key: value for key, value in given.items() if value is not None}
            if lookup_key is not None:
                price["lookup_key"] = lookup_key or None
            if metadata is not None:
                price["metadata"] = merged_metadata(price, metadata)
        return price

    def list_prices(
        self,
        *,
        lookup_keys: Sequence[str] | None = None,
        product: str | None = None,
        active: bool | None = None,
        currency: str | None = None,
        type: str | None = None,  # the parameter's name
        created: Any = None,
        **page: Any,
    ) -> Object:
        """GET /v1/prices"""
        if lookup_keys is not None and len(lookup_keys) > 10:
            raise Refusal.of("`lookup_keys` holds at most 10 keys.", param="lookup_keys")

        def is_wanted(price: Object) -> bool:
            if lookup_keys is not None and price["lookup_key"] not in lookup_keys:
                return False
            wanted = {"product": product, "active": active, "currency": currency, "type": type}
            return has_all(price, **wanted) and is_within(price["created"], created)

        return page_of("/v1/prices", self._books.tables["price"], is_wanted, **page)

    def _recurring(self, given: Mapping[str, Any]) -> Object:
        only(given, "interval interval_count meter usage_type", "recurring")
        usage_type, meter = given.get("usage_type", "licensed"), given.get("meter")
        if given.get("interval_count", 1) != 1:
            raise Refusal.of("The fake knows intervals of one only.", param="recurring[interval_count]")
        if usage_type == "metered" and meter is None:
            message = "You must specify a `meter` when `usage_type` is `metered`."
            raise Refusal.of(message, param="recurring[meter]")
        if usage_type == "licensed" and meter is not None:
            raise Refusal.of("A `meter` needs `usage_type` metered.", param="recurring[usage_type]")
        if meter is not None:
            found = self._books.get("billing.meter", meter, param="recurring[meter]")
            if found["status"] != "active":
                raise Refusal.of("The meter is not active.", param="recurring[meter]")
        return {
            "interval": given["interval"],
            "interval_count": 1,
            "meter": meter,
            "usage_type": usage_type,
            "trial_period_days": None,
        }

    def _take_lookup_key(self, key: str | None, *, is_transfer: bool) -> None:
        if key is None:
            return
        if len(key) > 200:
            raise Refusal.of("Invalid string: must be at most 200 characters", param="lookup_key")
        for price in self._books.tables["price"].values():
            if price["lookup_key"] == key:
                if not is_transfer:
                    message = f"A price (`{price['id']}`) already uses that lookup key."
                    raise Refusal.of(message, param="lookup_key")
                with self._books.change("price.updated", price):
                    price["lookup_key"] = None


def _tiers(given: Sequence[Mapping[str, Any]]) -> list[Object]:
    """Tiers as Stripe keeps them: ends that rise, the last of which is open."""
    read: list[Object] = []
    below = 0
    for index, tier in enumerate(given):
        only(tier, "up_to unit_amount unit_amount_decimal", f"tiers[{index}]")
        is_last, end = index == len(given) - 1, tier["up_to"]
        if (end == "inf") != is_last or (end != "inf" and end <= below):
            raise Refusal.of("`up_to` must rise from tier to tier and be `inf` in the last.", param="tiers")
        below = 0 if end == "inf" else end
        amount = _amount(tier.get("unit_amount"), tier.get("unit_amount_decimal"), f"tiers[{index}][unit_amount]")
        read.append({"flat_amount": None, "flat_amount_decimal": None, **amount, "up_to": None if is_last else end})
    if not read:
        raise Refusal.of("`tiers` are missing.", param="tiers")
    return read


def _amount(whole: int | None, exact: Decimal | None, label: str) -> Object:
    amount = exact if whole is None else Decimal(whole)
    if amount is None or None not in (whole, exact):
        raise Refusal.of(_ONE_OF_BOTH, param=label)
    if amount < 0 or amount > 99_999_999:
        raise Refusal.of("Invalid amount: must be between 0 and 99999999", param=label)
    is_whole = amount == amount.to_integral_value()
    text = format(amount, "f")
    text = (text.rstrip("0").rstrip(".") or "0") if "." in text else text
    return {"unit_amount": int(amount) if is_whole else None, "unit_amount_decimal": text}

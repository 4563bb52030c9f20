"""The customer portal: its configurations and sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.stripe_fake.books import Books, merged_metadata, only
from tests.support.stripe_fake.customers import Customers
from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.lists import has_all, page_of
from tests.support.stripe_fake.shapes import FIXTURES, Object


class Portal:
    """The portal of an account. `url` is where its pages are served."""

    def __init__(self, books: Books, customers: Customers) -> None:
        self._books = books
        self._customers = customers
        self.url = ""

    def create_configuration(
        self,
        *,
        features: Mapping[str, Any],
        business_profile: Mapping[str, str] | None = None,
        default_return_url: str | None = None,
        metadata: Mapping[str, str] | str = "",
        name: str | None = None,
    ) -> Object:
        """POST /v1/billing_portal/configurations. One that a call makes is never the default one."""
        configuration = self._books.made("billing_portal.configuration")
        configuration["features"] = self._features({}, features)
        configuration["business_profile"] |= business_profile or {}
        configuration |= {"default_return_url": default_return_url or None, "name": name or None}
        configuration["metadata"] = merged_metadata({}, metadata)
        self._books.tables["billing_portal.configuration"][configuration["id"]] = configuration
        self._books.note("billing_portal.configuration.created", configuration)
        return configuration

    def retrieve_configuration(self, configuration_id: str) -> Object:
        """GET /v1/billing_portal/configurations/{id}"""
        return self._books.get("billing_portal.configuration", configuration_id)

    def update_configuration(
        self,
        configuration_id: str,
        *,
        features: Mapping[str, Any] | None = None,
        business_profile: Mapping[str, str] | None = None,
        default_return_url: str | None = None,
        metadata: Mapping[str, str] | str | None = None,
        name: str | None = None,
        active: bool | None = None,
    ) -> Object:
        """POST /v1/billing_portal/configurations/{id}"""
        configuration = self.retrieve_configuration(configuration_id)
        with self._books.change("billing_portal.configuration.updated", configuration):
            if features is not None:
                configuration["features"] = self._features(configuration["features"], features)
            configuration["business_profile"] |= business_profile or {}
            for field, value in (("default_return_url", default_return_url), ("name", name), ("active", active)):
                if value is not None:
                    configuration[field] = None if value == "" else value
            if metadata is not None:
                configuration["metadata"] = merged_metadata(configuration, metadata)
        return configuration

    def list_configurations(self, *, active: bool | None = None, is_default: bool | None = None, **page: Any) -> Object:
        """GET /v1/billing_portal/configurations"""
        rows = self._books.tables["billing_portal.configuration"]
        wanted = {"active": active, "is_default": is_default}
        return page_of("/v1/billing_portal/configurations", rows, lambda each: has_all(each, **wanted), **page)

    def create_session(
        self,
        *,
        customer: str | None = None,
        configuration: str | None = None,
        return_url: str | None = None,
        locale: str | None = None,
    ) -> Object:
        """POST /v1/billing_portal/sessions"""
        if customer is None:
            raise Refusal.of("Missing required param: customer.", code="parameter_missing", param="customer")
        self._customers.named(customer)
        if configuration is None:
            message = (
                "No configuration provided and your test mode default configuration has not been created. "
                "Provide a configuration or create your default by saving your customer portal settings."
            )
            raise Refusal.of(message, param="configuration")
        found = self._books.get("billing_portal.configuration", configuration, param="configuration")
        if not found["active"]:
            raise Refusal.of("The configuration is not active.", param="configuration")
        session = self._books.add("billing_portal.session", customer=customer, configuration=configuration)
        session |= {"return_url": return_url or found["default_return_url"], "locale": locale}
        session["url"] = f"{self.url}/p/session/{session['id']}"
        return session

    def _features(self, known: Mapping[str, Any], given: Mapping[str, Any]) -> Object:
        """The features, each with all of its fields; those not given are off."""
        features: Object = {}
        only(given, " ".join(FIXTURES["billing_portal.configuration"]["features"]), "features")
        for name, shape in FIXTURES["billing_portal.configuration"]["features"].items():
            features[name] = {**shape, "enabled": False, **known.get(name, {}), **given.get(name, {})}
        for index, product in enumerate(features["subscription_update"].get("products") or []):
            label = f"features[subscription_update][products][{index}]"
            only(product, "product prices", label)
            self._books.get("product", product["product"], param=f"{label}[product]")
            for price in product["prices"]:
                found = self._books.get("price", price, param=f"{label}[prices]")
                if found["product"] != product["product"]:
                    raise Refusal.of("The price is not the product's.", param=f"{label}[prices]")
        if features["subscription_update"]["enabled"] and not features["subscription_update"].get("products"):
            label = "features[subscription_update][products]"
            raise Refusal.of(f"Missing required param: {label}.", code="parameter_missing", param=label)
        return features

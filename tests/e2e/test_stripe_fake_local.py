"""`make run` with FLUXVECTOR_STRIPE=fake: a person walks through an upgrade, by pages of plain HTML."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import product as support
from tests.support.product import MODEL_DIR, Product, started

pytestmark = pytest.mark.skipif(not MODEL_DIR.exists(), reason="needs the default model: `make model`")


@pytest.fixture
def home() -> Iterator[Path]:
    with support.home() as path:
        yield path


def billing(product: Product) -> dict[str, Any]:
    status, found = product.call("GET", "/v1/billing")
    assert status == 200
    return dict(found)


def until(is_so: Callable[[], bool]) -> None:
    """Waits for a webhook to arrive."""
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_an_upgrade_is_bought_kept_failed_paid_and_cancelled(home: Path) -> None:
    data_dir = home / "data"
    with started(data_dir, FLUXVECTOR_STRIPE="fake") as product:
        base = product.credentials.base_url
        urls = {"success_url": f"{base}/done", "cancel_url": f"{base}/back"}
        status, opened = product.call("POST", "/v1/billing/checkout", {"plan": "pro", **urls})
        assert status == 200
        assert "Due today" in httpx.get(opened["url"]).text
        paid = httpx.post(opened["url"], data={"how": "pays"})
        assert (paid.status_code, paid.headers["location"]) == (303, f"{base}/done")
        until(lambda: billing(product)["subscription_status"] == "active")
        assert billing(product)["plan"] == "pro"

    with started(data_dir, port=product.port, FLUXVECTOR_STRIPE="fake") as again:
        assert billing(again)["plan"] == "pro"
        assert "everything was there" in (data_dir / "logs" / "stripe.log").read_text()
        portal = again.call("POST", "/v1/billing/portal", {"return_url": base})[1]["url"]
        fake = httpx.URL(portal).copy_with(raw_path=b"/")
        objects = httpx.get(fake.join("/_fake/objects"), params={"kind": "subscription"}).json()["data"]
        [subscription] = [each["id"] for each in objects]

        def press(how: str) -> None:
            pressed = httpx.post(portal, data={"how": how, "subscription": subscription})
            assert pressed.status_code == 303

        press("card_fails")
        press("month")
        until(lambda: billing(again)["subscription_status"] == "past_due")
        press("card_pays")
        until(lambda: billing(again)["subscription_status"] == "active")
        press("cancel")
        until(lambda: billing(again)["cancels_at"] is not None)
        press("month")
        until(lambda: billing(again)["subscription_status"] == "canceled")
        assert billing(again)["plan"] == "free"

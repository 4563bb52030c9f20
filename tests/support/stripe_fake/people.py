"""The pages that a person sees: the checkout and the portal, in plain HTML without a script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.stripe_fake.faults import Refusal
from tests.support.stripe_fake.shapes import Object
from tests.support.stripe_fake.subscriptions import is_open

if TYPE_CHECKING:
    from tests.support.stripe_fake.app import StripeFake


def pages(fake: StripeFake) -> list[Route]:
    """The routes of the pages."""
    account = fake.account

    async def checkout(request: Request) -> Response:
        session_id = request.path_params["id"]
        try:
            account.catch_up()
            session = account.checkout.retrieve(session_id)
            if request.method == "GET":
                return HTMLResponse(_checkout_page(fake, session))
            how = (await _form(request)).get("how")
            if how == "back":
                return RedirectResponse(session["cancel_url"] or "/", 303)
            account.checkout.complete(session_id, fails_later=how == "fails_later")
        except Refusal as refusal:
            return _refused(refusal)
        fake.wake()
        return RedirectResponse(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id), 303)

    async def portal(request: Request) -> Response:
        try:
            account.catch_up()
            session = account.books.get("billing_portal.session", request.path_params["id"])
            if request.method == "GET":
                return HTMLResponse(_portal_page(fake, session))
            _act(fake, session, await _form(request))
        except Refusal as refusal:
            return _refused(refusal)
        fake.wake()
        return RedirectResponse(f"/p/session/{session['id']}", 303)

    methods = ["GET", "POST"]
    return [
        Route("/c/pay/{id}", checkout, methods=methods),
        Route("/p/session/{id}", portal, methods=methods),
    ]


def _act(fake: StripeFake, session: Object, form: dict[str, str]) -> None:
    """What a button of the portal does."""
    account, customer_id = fake.account, session["customer"]
    how, subscription_id = form.get("how"), form.get("subscription", "")
    if how in ("cancel", "resume"):
        if account.subscription_book.retrieve(subscription_id)["customer"] != customer_id:
            raise Refusal.missing("subscription", subscription_id)
        _end_or_go_on(fake, subscription_id, is_end=how == "cancel")
    elif how == "card_pays":
        account.retry_payments(customer_id)
    elif how == "card_fails":
        account.fail_payments(customer_id)
    elif how == "month":
        account.advance_past_period(subscription_id)


def _end_or_go_on(fake: StripeFake, subscription_id: str, *, is_end: bool) -> None:
    """A flexible subscription is ended by its `cancel_at`; going on takes back whichever end was set."""
    book = fake.account.subscription_book
    if is_end:
        book.update(subscription_id, cancel_at="min_period_end")
        return
    book.update(subscription_id, cancel_at_period_end=False)
    book.update(subscription_id, cancel_at="")


def _checkout_page(fake: StripeFake, session: Object) -> str:
    if session["status"] != "open":
        return _page("Checkout", [f"<p>This session is {escape(session['status'])}.</p>"])
    rows = []
    for line in fake.account.checkout.line_items[session["id"]]:
        price = line["price"]
        rows.append(f"<li>{escape(line['description'])}: {escape(_price_words(fake, price))}</li>")
    total = _money(session["amount_total"], session["currency"])
    return _page(
        "Checkout",
        [
            "<p>This is a fake of Stripe: no card is asked for and no money moves.</p>",
            f"<ul>{''.join(rows)}</ul>",
            f"<p>Due today: {total}</p>",
            _buttons({}, {"pays": "Pay", "fails_later": "Pay with a card that will fail", "back": "Go back"}),
        ],
    )


def _portal_page(fake: StripeFake, session: Object) -> str:
    account, customer_id = fake.account, session["customer"]
    parts = [f"<p>The fake's clock says {_time(account.now())}.</p>", "<h2>Subscriptions</h2>"]
    for subscription in reversed(account.subscriptions.values()):
        if subscription["customer"] != customer_id:
            continue
        parts.append(f"<p>{escape(subscription['id'])}: {escape(subscription['status'])}{_end(subscription)}</p>")
        if is_open(subscription) and subscription["items"]["data"]:
            names = {"cancel": "Cancel at the period's end", "month": "Advance the fake's clock past the period's end"}
            if subscription["cancel_at"] is not None:
                names = {"resume": "Do not cancel"} | {"month": names["month"]}
            parts.append(_buttons({"subscription": subscription["id"]}, names))
    cards = {"card_pays": "Use a card that pays, and pay what is open", "card_fails": "Use a card that fails"}
    parts += ["<h2>Card</h2>", _buttons({}, cards), "<h2>Invoices</h2>"]
    for invoice in reversed(account.invoices.values()):
        if invoice["customer"] == customer_id:
            amount = _money(invoice["total"], invoice["currency"])
            parts.append(f"<p>{_time(invoice['created'])}: {amount}, {escape(invoice['status'])}</p>")
            parts.append(f"<ul>{''.join(_line(line) for line in invoice['lines']['data'])}</ul>")
    if session["return_url"]:
        parts.append(f'<p><a href="{escape(session["return_url"])}">Back</a></p>')
    return _page("Customer portal", parts)


def _line(line: Object) -> str:
    return f"<li>{escape(line['description'])}: {_money(line['amount'], line['currency'])}</li>"


def _end(subscription: Object) -> str:
    items = subscription["items"]["data"]
    if not items or not is_open(subscription):
        return ""
    word = "ends" if subscription["cancel_at"] is not None else "renews"
    return f", {word} {_time(items[0]['current_period_end'])}"


def _price_words(fake: StripeFake, price: Object) -> str:
    recurring = price["recurring"]
    if price["billing_scheme"] == "per_unit":
        unit = " a unit" if recurring["meter"] else ""
        return f"{_exact(price['unit_amount_decimal'], price['currency'])}{unit} each {recurring['interval']}"
    words, below = [], 0
    for tier in fake.account.catalogue.tiers[price["id"]]:
        end = f"{below + 1} to {tier['up_to']}" if tier["up_to"] else f"from {below + 1}"
        words.append(f"{end} at {_exact(tier['unit_amount_decimal'], price['currency'])} a unit")
        below = tier["up_to"] or below
    return "; ".join(words)


def _exact(cents: str, currency: str) -> str:
    return f"{format(Decimal(cents) / 100, 'f')} {currency.upper()}"


def _money(cents: int, currency: str) -> str:
    return f"{Decimal(cents) / 100:.2f} {escape(currency.upper())}"


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _buttons(hidden: dict[str, str], names: dict[str, str]) -> str:
    fields = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in hidden.items())
    buttons = "".join(f'<button name="how" value="{how}">{escape(name)}</button> ' for how, name in names.items())
    return f'<form method="post">{fields}{buttons}</form>'


def _page(title: str, parts: Sequence[str]) -> str:
    head = f'<meta charset="utf-8"><title>{title}</title>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{title}</h1>{"".join(parts)}</body></html>'


def _refused(refusal: Refusal) -> Response:
    parts = [f"<p>{escape(str(refusal))}</p>"]
    return HTMLResponse(_page("This did not work", parts), refusal.status)


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode()))

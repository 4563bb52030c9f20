"""A refusal is told again without a statement, as long as it stands, and not a moment longer."""

from __future__ import annotations

import pytest

from shared.admission import Admission, Principal
from shared.credentials import Credential
from shared.limits import READ, WRITE, Ask, Grant, Standing
from shared.web import refusals
from shared.web.refusals import Refusals
from tests.support.manual_clock import ManualClock

KEY, OTHER_KEY, SESSION = Credential(key_hash=b"k"), Credential(key_hash=b"o"), Credential(session_id="ses")
PRINCIPAL = Principal(1, "acc_1", "free", 1, "key_1", "live", frozenset({"read"}))


def refused(wait_s: float, refusal: str | None = "rate", tokens: float = 1000.0) -> Admission:
    standings = (Standing("account-read", 40, 4, 0, 4), Standing("tokens", 6000, 60, tokens, 10))
    return Admission(PRINCIPAL, None, Grant(standings, None, refusal, wait_s))


def test_it_stands_until_its_time_and_tells_how_long_that_is() -> None:
    """The wait and the headers are those of the moment."""
    clock = ManualClock()
    kept = Refusals(clock)
    assert kept.recall(KEY, READ) is None
    kept.remember(KEY, READ, refused(0.5))
    clock.advance(0.2)
    again = kept.recall(KEY, READ)
    assert again is not None
    assert (again.principal, again.grant.refusal) == (PRINCIPAL, "rate")
    assert again.grant.wait_s == pytest.approx(0.3)
    account, tokens = again.grant.standings
    assert (account.remaining, account.reset_s) == pytest.approx((2, 3.8))
    assert (tokens.remaining, tokens.reset_s) == pytest.approx((1020, 9.8))
    clock.advance(0.3)
    assert kept.recall(KEY, READ) is None


def test_it_is_asked_again_after_a_second() -> None:
    """Another plan counts then, and a credential that has ended is told so."""
    clock = ManualClock()
    kept = Refusals(clock)
    kept.remember(KEY, READ, refused(50))
    clock.advance(0.999)
    assert kept.recall(KEY, READ) is not None
    clock.advance(0.001)
    assert kept.recall(KEY, READ) is None


@pytest.mark.parametrize("refusal", ["quota", "spending_cap", "payment_overdue", "tokens", "in_flight", None])
def test_only_what_ends_at_a_known_time_is_kept(refusal: str | None) -> None:
    """A place or tokens may come free sooner, a bill may be paid."""
    kept = Refusals(ManualClock())
    kept.remember(KEY, READ, refused(1, refusal))
    assert kept.recall(KEY, READ) is None


def test_it_is_of_one_caller_and_one_kind_of_request() -> None:
    """Nobody is refused for what another asked, nor a query for a batch."""
    kept = Refusals(ManualClock())
    kept.remember(KEY, Ask("read", 5), refused(1))
    for credential, ask in (
        (OTHER_KEY, Ask("read", 5)),
        (SESSION, Ask("read", 5)),
        (KEY, READ),
        (KEY, Ask("write", 5)),
    ):
        assert kept.recall(credential, ask) is None
    kept.remember(SESSION, WRITE, refused(1))
    assert kept.recall(SESSION, WRITE) is not None


def test_where_tokens_are_short_as_well_the_database_tells_the_wait() -> None:
    """It may be the longer one."""
    kept = Refusals(ManualClock())
    kept.remember(KEY, Ask("read", tokens=5), refused(1, tokens=20))
    assert kept.recall(KEY, Ask("read", tokens=20)) is not None
    assert kept.recall(KEY, Ask("read", tokens=21)) is None


def test_no_more_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "MOST_REFUSALS", 2)
    kept = Refusals(ManualClock())
    for credential in (KEY, OTHER_KEY, SESSION):
        kept.remember(credential, READ, refused(1))
    assert [kept.recall(each, READ) is None for each in (KEY, OTHER_KEY, SESSION)] == [True, False, False]

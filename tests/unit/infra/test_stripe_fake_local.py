"""How `make run` is asked for a fake of Stripe, and what it says where it has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local import fake_stripe
from infra.local.config import LocalSettings
from infra.local.failure import StartFailure
from infra.local.fake_stripe import FakeStripe
from shared.config import ConfigurationError


def test_there_is_none_unless_it_is_asked_for() -> None:
    assert not LocalSettings.from_env({}).is_stripe_fake
    assert not LocalSettings.from_env({"FLUXVECTOR_STRIPE": ""}).is_stripe_fake
    assert LocalSettings.from_env({"FLUXVECTOR_STRIPE": "fake"}).is_stripe_fake


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"FLUXVECTOR_STRIPE": "real"}, "is neither"),
        ({"FLUXVECTOR_STRIPE": "Fake"}, "is neither"),
        (
            {"FLUXVECTOR_STRIPE": "fake", "FLUXVECTOR_STRIPE_API_KEY": "rk_live_canary"},
            "is fake, which cannot be together",
        ),
        (
            {"FLUXVECTOR_STRIPE": "fake", "FLUXVECTOR_STRIPE_WEBHOOK_SECRETS": "whsec_canary"},
            "is fake, which cannot be together",
        ),
    ],
)
def test_anything_else_is_a_fault_that_shows_no_secret(env: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^FLUXVECTOR_STRIPE {sentence}") as fault:
        LocalSettings.from_env(env)
    assert "canary" not in str(fault.value)


def test_without_the_folder_of_tests_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake_stripe, "REPOSITORY", tmp_path)
    with pytest.raises(StartFailure, match="needs the folder tests/"):
        FakeStripe(tmp_path, base_url="http://127.0.0.1:8080")


def test_functions_learn_of_it_and_nothing_of_it_is_in_a_command_line(tmp_path: Path) -> None:
    fake = FakeStripe(tmp_path, base_url="http://127.0.0.1:8080")
    settings = fake.settings
    assert settings["FLUXVECTOR_STRIPE_API_BASE"] == fake.url
    child = fake.child({"PATH": "/bin"}, tmp_path / "log")
    command = " ".join(child._command)
    for name in ("API_KEY", "WEBHOOK_SECRETS", "METER_WEBHOOK_SECRETS"):
        assert settings[f"FLUXVECTOR_STRIPE_{name}"] not in command
    assert "--webhook http://127.0.0.1:8080/v1/billing/webhook" in command

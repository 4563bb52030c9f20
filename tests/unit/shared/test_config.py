"""Settings: all faults together, defaults, and no secret in a repr."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.config import ConfigurationError, Settings

GOOD = {
    "FLUXVECTOR_DATABASE_URL": "postgresql://api:hunter2@db/fluxvector?sslmode=verify-full",
    "FLUXVECTOR_EMBEDDER_URL": "https://embedder:8081/",
    "FLUXVECTOR_EMBEDDER_TOKEN": "sesame",
    "FLUXVECTOR_MODEL": "multilingual-e5-large@2024-02",
    "FLUXVECTOR_MODEL_UNRELATED_COSINE": "0.7",
    "FLUXVECTOR_PUBLIC_URL": "https://api.example",
    "FLUXVECTOR_SESSION_KEYS": f"2026:{'hunter2' * 5}",
    "FLUXVECTOR_PASSWORD_PEPPERS": f"2026:{'hunter2' * 5},2025:{'hunter2' * 6}",
    "FLUXVECTOR_PRIVACY_CONTACT": "privacy@example.com",
    "FLUXVECTOR_EMAIL_URL": "smtp://user:hunter2@mail.example:587",
    "FLUXVECTOR_STRIPE_API_KEY": "rk_live_hunter2",
}


def test_a_good_environment_is_read() -> None:
    settings = Settings.from_env(GOOD)
    assert settings.embedder_urls == ("https://embedder:8081",)
    assert settings.embedder_ca_file is None
    assert (settings.model.name, settings.model.revision) == ("multilingual-e5-large", "2024-02")
    assert settings.model.unrelated_cosine == 0.7
    assert settings.database_pool_size == 1
    assert settings.max_body_bytes == 32 * 1024 * 1024
    assert [key.key_id for key in settings.password_peppers] == ["2026", "2025"]
    assert settings.bcrypt_cost == 12
    assert [processor.name for processor in settings.sub_processors] == ["Stripe", "Hetzner", "Cloudflare"]


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("FLUXVECTOR_SESSION_KEYS", "2026:short", "holds a secret of less than 32 bytes"),
        ("FLUXVECTOR_SESSION_KEYS", "", "is not <id>:<secret>"),
        ("FLUXVECTOR_PASSWORD_PEPPERS", "hunter2" * 5, "is not <id>:<secret>"),
        ("FLUXVECTOR_BCRYPT_COST", "3", "is not a number from 4 to 16"),
        ("FLUXVECTOR_DATABASE_URL", "postgresql://api:hunter2@db/fluxvector", "verify-full"),
        ("FLUXVECTOR_EMBEDDER_URL", "http://embedder:8081", "https"),
        ("FLUXVECTOR_PUBLIC_URL", "api.example", "is not an http"),
    ],
)
def test_what_would_not_be_safe_does_not_start(name: str, value: str, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} .*{fault}") as raised:
        Settings.from_env(GOOD | {name: value})
    assert "hunter2" not in str(raised.value)


def test_all_faults_are_reported_together() -> None:
    bad = {"FLUXVECTOR_EMBEDDER_URL": "embedder", "FLUXVECTOR_MODEL": "e5", "FLUXVECTOR_DATABASE_POOL_SIZE": "many"}
    with pytest.raises(ConfigurationError) as raised:
        Settings.from_env(bad)
    message = str(raised.value)
    assert "FLUXVECTOR_DATABASE_URL is not set." in message
    assert "FLUXVECTOR_EMBEDDER_URL is not an http:// or https:// URL." in message
    assert "FLUXVECTOR_MODEL is not <name>@<revision>." in message
    assert "FLUXVECTOR_DATABASE_POOL_SIZE is not a number from 1 to 1000." in message


def test_several_embedders_are_separated_by_commas() -> None:
    urls = "https://a:8081/, http://localhost/inner/,https://[::1]:8081,https://a:8081"
    settings = Settings.from_env(GOOD | {"FLUXVECTOR_EMBEDDER_URL": urls})
    assert settings.embedder_urls == ("https://a:8081", "http://localhost/inner", "https://[::1]:8081")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "http://",
        "http://:8081",
        "ftp://a",
        "http://a:0",
        "http://a:99999",
        "http://a:port",
        "http://[::1",
        "http://a,",
        "http://a b",
        "http://ä",
        "http://user:hunter2@a",
        "http://a/?x=1",
        "http://a/#x",
    ],
)
def test_what_is_no_url_of_an_embedder_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^FLUXVECTOR_EMBEDDER_URL (is not|holds)") as raised:
        Settings.from_env(GOOD | {"FLUXVECTOR_EMBEDDER_URL": value})
    assert "hunter2" not in str(raised.value)


def test_the_certificates_are_a_file(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    with pytest.raises(ConfigurationError, match=r"FLUXVECTOR_EMBEDDER_CA_FILE names .*ca\.pem, which is not a file"):
        Settings.from_env(GOOD | {"FLUXVECTOR_EMBEDDER_CA_FILE": str(path)})
    path.touch()
    settings = Settings.from_env(GOOD | {"FLUXVECTOR_EMBEDDER_CA_FILE": str(path)})
    assert settings.embedder_ca_file == str(path)


@pytest.mark.parametrize("value", ["nan", "1", "-0.1", "x"])
def test_the_unrelated_cosine_is_below_one(value: str) -> None:
    with pytest.raises(ConfigurationError, match="FLUXVECTOR_MODEL_UNRELATED_COSINE"):
        Settings.from_env(GOOD | {"FLUXVECTOR_MODEL_UNRELATED_COSINE": value})


def test_secrets_are_not_in_the_repr() -> None:
    shown = repr(Settings.from_env(GOOD))
    assert "hunter2" not in shown
    assert "sesame" not in shown

from __future__ import annotations

from pathlib import Path

import pytest

from shared.transport_rules import fault_of_database_url, fault_of_embedder_url

NEEDS_VERIFY_FULL = "names a host that is not this machine, and so needs sslmode=verify-full"


@pytest.fixture(autouse=True)
def _no_pg_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE", "PGSERVICE", "PGSERVICEFILE", "PGSSLMINPROTOCOLVERSION"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://api:word@/fluxvector?host=/run/postgresql",
        "postgresql://api@%2Frun%2Fpostgresql/fluxvector",
        "postgresql:///fluxvector",
        "dbname=fluxvector",
        "host=@abstract dbname=fluxvector",
        "postgresql://127.0.0.1:5433/fluxvector?sslmode=disable",
        "postgresql://127.8.0.1/fluxvector",
        "postgresql://[::1]/fluxvector",
        "postgresql://LocalHost/fluxvector",
        "postgres://localhost,127.0.0.1:6/fluxvector",
        "host=127.0.0.1,,/run hostaddr=,127.0.0.2,127.0.0.3",
        "host=db.example hostaddr=127.0.0.1",
    ],
)
def test_sockets_and_loopback_need_no_tls(url: str) -> None:
    assert fault_of_database_url(url) is None


@pytest.mark.parametrize(
    "host",
    [
        "postgresql://api:word@db.example/fluxvector?x=",
        "postgresql://api:word@10.0.0.5:5432,127.0.0.1/fluxvector?x=",
        "postgresql://localhost,db.example/fluxvector?x=",
        "postgresql://localhost/fluxvector?hostaddr=10.0.0.5&x=",
        "postgresql://%6cocalhost.evil.example/fluxvector?x=",
        "postgresql:///fluxvector?host=db.example&x=",
        "postgresql://127.0.0.1@db.example/fluxvector?x=",
        "postgresql://0.0.0.0/fluxvector?x=",
        "postgresql://127.1/fluxvector?x=",
        "postgresql://localhost.example/fluxvector?x=",
        "postgresql://[fe80::1]/fluxvector?x=",
        "postgresql:///fluxvector?service=production&x=",
        "postgresql://localhost/fluxvector?service=production&x=",
    ],
)
def test_any_other_host_needs_verify_full(host: str) -> None:
    url = host.removesuffix("x=")
    for mode in ("", "sslmode=disable", "sslmode=require", "sslmode=verify-ca", "ssl=true"):
        assert fault_of_database_url(url + mode) == NEEDS_VERIFY_FULL
    assert fault_of_database_url(url + "sslmode=verify-full&sslmode=prefer") == NEEDS_VERIFY_FULL
    assert fault_of_database_url(url + "sslmode=verify-full") is None
    assert fault_of_database_url(url + "sslmode=verify-full&sslrootcert=system") is None


def test_the_other_spelling_of_libpq_counts_as_well() -> None:
    assert fault_of_database_url("host=db.example dbname=x sslmode=prefer") == NEEDS_VERIFY_FULL
    assert fault_of_database_url(r"host = 'db.example' sslmode = 'verify-full'") is None
    assert fault_of_database_url("host=localhost hostaddr=127.0.0.1,10.0.0.5") == NEEDS_VERIFY_FULL


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1.1", ""])
def test_older_tls_is_not_asked_for(version: str) -> None:
    url = f"postgresql://db.example/x?sslmode=verify-full&ssl_min_protocol_version={version}"
    assert "older than 1.2" in (fault_of_database_url(url) or "")
    assert fault_of_database_url(url.removesuffix(version) + "TLSv1.3") is None


def test_what_the_environment_adds_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PGHOST", "db.example")
    assert fault_of_database_url("dbname=x") == NEEDS_VERIFY_FULL
    assert fault_of_database_url("dbname=x host=/run") is None
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert fault_of_database_url("dbname=x") is None
    assert fault_of_database_url("dbname=x sslmode=prefer") == NEEDS_VERIFY_FULL
    monkeypatch.setenv("PGSSLMINPROTOCOLVERSION", "TLSv1")
    assert fault_of_database_url("dbname=x") is not None

    for name in ("PGHOST", "PGSSLMODE", "PGSSLMINPROTOCOLVERSION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("PGHOSTADDR", "10.0.0.5")
    assert fault_of_database_url("host=localhost") == NEEDS_VERIFY_FULL

    monkeypatch.delenv("PGHOSTADDR")
    (tmp_path / "services").write_text("[production]\nhost=db.example\n")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    monkeypatch.setenv("PGSERVICE", "production")
    assert fault_of_database_url("dbname=x") == NEEDS_VERIFY_FULL


@pytest.mark.parametrize("url", ["fluxvector secret=1 =", "postgresql://u:secret@h:5/x?secret=1", "host='secret"])
def test_what_libpq_cannot_read_is_not_repeated(url: str) -> None:
    assert fault_of_database_url(url) == "is no libpq URL and no conninfo"


@pytest.mark.parametrize(
    ("url", "is_right"),
    [
        ("https://embedder.example:8443", True),
        ("http://127.0.0.1:8081", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:8081", True),
        ("http://LOCALHOST:8081", True),
        ("http://embedder:8081", False),
        ("http://10.0.0.5", False),
        ("http://0.0.0.0:1", False),
        ("http://localhost.example", False),
        ("http://127.0.0.1.example", False),
        ("http://[fe80::1]", False),
    ],
)
def test_texts_leave_this_machine_by_https_only(url: str, is_right: bool) -> None:
    assert fault_of_embedder_url(url) == (
        None if is_right else "names a host that is not this machine, and so needs https://"
    )

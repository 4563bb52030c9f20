from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support import product as support
from tests.support.product import MODEL_DIR, Product, alive, command_lines, descendants, started

pytestmark = pytest.mark.skipif(not MODEL_DIR.exists(), reason="needs the default model: `make model`")

RECORD = {"collection": "demo", "vectors": [{"id": "kept", "text": "The lighthouse keeper counts the ships."}]}


@pytest.fixture
def home() -> Iterator[Path]:
    with support.home() as path:
        yield path


def _refused(product: Product) -> str:
    """The one sentence of a run that does not start."""
    assert product.wait() == 1
    sentence = product.output.splitlines()[-1]
    assert "Traceback" not in product.output
    assert sentence.endswith(".")
    return sentence


def test_a_first_and_a_second_start(home: Path) -> None:
    data_dir = home / "new" / "data"
    data_dir.parent.mkdir()
    with started(data_dir) as product:
        _check_credentials(product)
        assert f"  A demo account was made; its credentials are in {data_dir}/credentials.json\n" in product.output
        assert f"  Logs are in {data_dir}/logs\n" in product.output
        assert "Listens on" not in product.output
        _check_that_no_secret_shows(product)
        _check_the_lines_to_copy(product)
        _check_second_copies(product, home)
        assert product.call("POST", "/v1/vectors/upsert", RECORD)[0] == 200
        key, processes = product.credentials.api_key, product.processes()
        assert len(processes) > 5
        assert product.stop(signal.SIGTERM) == 0
        assert alive(processes) == set()
        assert "Traceback" not in product.output

    with started(data_dir, port=product.port) as again:
        assert again.wait_until_ready() < 10  # 6 are promised, and half of them taken, where nothing else runs
        assert again.credentials.api_key == key
        assert f"  The credentials are in {data_dir}/credentials.json\n" in again.output
        status, found = again.call("GET", "/v1/vectors/fetch?collection=demo&ids=kept")
        assert (status, [one["id"] for one in found["vectors"]]) == (200, ["kept"])
        processes = again.processes()
        assert again.stop(signal.SIGINT) == 0
        assert alive(processes) == set()
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", again.port)) != 0


def _check_credentials(product: Product) -> None:
    path = product.data_dir / "credentials.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(path.read_text())) == {"base_url", "api_key", "email", "password", "database_url"}
    credentials = product.credentials
    assert credentials.base_url == f"http://127.0.0.1:{product.port}"
    assert credentials.api_key.startswith("fv_live_")
    assert credentials.base_url in product.output
    assert credentials.api_key in product.output
    with psycopg.connect(credentials.database_url) as connection:
        assert connection.execute("SELECT current_user::text, current_database()::text").fetchone() == (
            "fluxvector_owner",
            "fluxvector",
        )
        # The gateway and the scheduler are there as their own roles, and nobody else is.
        rows = connection.execute("SELECT DISTINCT usename::text FROM pg_stat_activity WHERE usename IS NOT NULL")
        assert {name for (name,) in rows} <= {"fluxvector_owner", "fluxvector_api", "fluxvector_jobs", "postgres"}
    assert (product.data_dir / "secrets.json").stat().st_mode & 0o777 == 0o600


def _check_that_no_secret_shows(product: Product) -> None:
    secrets = json.loads((product.data_dir / "secrets.json").read_text())
    secrets |= {"password": product.credentials.password}
    seen = command_lines(product.processes())
    logs = "".join(log.read_text() for log in (product.data_dir / "logs").glob("*"))
    assert "infra.local" in seen
    for name, value in secrets.items():
        assert value not in seen, name
        assert value not in product.output, name
        assert value not in logs, name
    assert product.credentials.api_key not in seen + logs


def _check_the_lines_to_copy(product: Product) -> None:
    lines = product.output.splitlines()
    titles = ("Store three texts:", "Search them by meaning:", "The same by the Python client:")
    upsert, search, client = (lines[lines.index(title) + 1] for title in titles)
    if shutil.which("curl") is not None:
        assert json.loads(_shell(upsert))["upserted"] == 3
        assert json.loads(_shell(search))["results"][0]["id"] == "invoice"
        assert "The invoice is due" in _shell(client).splitlines()[0]


def _shell(line: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLUXVECTOR_")}
    command = ["/bin/sh", "-c", line]
    answer = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=support.REPOSITORY, env=environment, timeout=60
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def _check_second_copies(product: Product, home: Path) -> None:
    same_directory = Product(product.data_dir)
    same_port = Product(home / "other", port=product.port)
    every_address = Product(home / "third", port=product.port, FLUXVECTOR_HOST="0.0.0.0")
    assert "Another `make run` uses the data directory" in _refused(same_directory)
    assert f"Port {product.port} on 127.0.0.1 is taken" in _refused(same_port)
    assert f"Port {product.port} on 0.0.0.0 is taken" in _refused(every_address)
    assert product.process.poll() is None


def test_what_dies_is_started_again_and_kill_9_loses_nothing(home: Path) -> None:
    data_dir = home / "data"
    ipv6 = _has_ipv6()
    with started(data_dir, FLUXVECTOR_HOST="::" if ipv6 else "0.0.0.0") as product:
        assert product.credentials.base_url == f"http://{'[::1]' if ipv6 else '127.0.0.1'}:{product.port}"
        assert "  Listens on every address of this machine, without TLS: " in product.output
        assert product.call("POST", "/v1/vectors/upsert", RECORD)[0] == 200
        children = _children_by_name(product)
        for name in ("embedder", "infra.local.gateway", "postgres"):
            os.kill(children[name], signal.SIGKILL)
        _wait_for_restarts(product, 3)
        status, answer = _search(product)
        assert (status, answer["results"][0]["id"]) == (200, "kept")

        revoked = product.credentials.api_key
        with psycopg.connect(product.credentials.database_url) as connection:
            connection.execute("DELETE FROM key_hashes")

        processes = product.processes()
        os.kill(product.process.pid, signal.SIGKILL)
        product.process.wait()
        ours = processes - {_children_by_name_of(processes).get("postgres", 0)}
        assert alive(ours, within_s=6) == set()

    with started(data_dir) as again:
        assert again.credentials.api_key != revoked
        assert "  The demo account got a new key and a new password; they are in " in again.output
        status, found = again.call("GET", "/v1/vectors/fetch?collection=demo&ids=kept")
        assert (status, [one["id"] for one in found["vectors"]]) == (200, ["kept"])
        assert again.stop() == 0


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _children_by_name(product: Product) -> dict[str, int]:
    """Process numbers of the supervisor's direct children by their module or program."""
    parents = support.process_table()
    return _children_by_name_of({pid for pid, parent in parents.items() if parent == product.process.pid})


def _children_by_name_of(pids: set[int]) -> dict[str, int]:
    found = {}
    for pid in pids:
        line = command_lines({pid})
        for name in ("embedder", "infra.local.gateway", "infra.local.scheduler", "infra.indexer"):
            if f"-m {name}" in line:
                found[name] = pid
        if "/bin/postgres -D" in line:
            found["postgres"] = pid
    return found


def _wait_for_restarts(product: Product, count: int) -> None:
    deadline = time.monotonic() + 20
    while product.output.count("started again") < count or _search(product)[0] != 200:
        assert time.monotonic() < deadline, product.output
        assert product.process.poll() is None, product.output
        time.sleep(0.1)


def _search(product: Product) -> tuple[int, dict[str, list[dict[str, str]]]]:
    try:
        return product.call("POST", "/v1/search", {"collection": "demo", "text": "Who watches the sea?"})
    except (OSError, ValueError):
        return 0, {}


def test_a_stop_during_the_start_leaves_nothing(home: Path) -> None:
    product = Product(home / "data")
    while "starting the embedder and the database" not in product.output:
        time.sleep(0.005)
    time.sleep(0.1)
    processes = product.processes()
    assert len(processes) > 1
    assert product.stop(signal.SIGTERM) == 0
    assert alive(processes | descendants(product.process.pid)) == set()
    assert "Traceback" not in product.output


def test_kill_9_during_the_first_start_is_mended_by_the_next(home: Path) -> None:
    product = Product(home / "data")
    while not (home / "data" / "postgres.new").exists():
        time.sleep(0.005)
    processes = product.processes()
    product.process.kill()
    product.process.wait()
    assert alive(processes, within_s=6) == set()
    with started(home / "data") as again:
        assert again.call("GET", "/v1/collections")[0] == 200


def test_a_missing_model_is_one_sentence(home: Path) -> None:
    missing = Product(home / "data", FLUXVECTOR_MODEL_DIR=str(home / "none"))
    damaged_dir = home / "damaged"
    damaged_dir.mkdir()
    shutil.copy(MODEL_DIR / "manifest.json", damaged_dir)
    (damaged_dir / "model.onnx").write_bytes(b"cut short")
    damaged = Product(home / "data2", FLUXVECTOR_MODEL_DIR=str(damaged_dir))
    assert _refused(missing) == (
        f"FLUXVECTOR_MODEL_DIR names {home / 'none'}, which holds no model; "
        "unset it for the default, or build one there."
    )
    assert "is missing or damaged: unset FLUXVECTOR_MODEL_DIR" in _refused(damaged)


def test_settings_with_faults_are_all_named(home: Path) -> None:
    product = Product(home / "data", FLUXVECTOR_PORT="99999", FLUXVECTOR_HOST=" ", FLUXVECTOR_MODEL_DIR="")
    assert product.wait() == 1
    assert product.output.splitlines() == [
        "FLUXVECTOR_HOST is empty.",
        "FLUXVECTOR_PORT is not a port from 1 to 65535: '99999'.",
        "FLUXVECTOR_MODEL_DIR is empty.",
    ]


def test_a_data_directory_that_cannot_be_is_one_sentence(home: Path) -> None:
    (home / "file").write_text("")
    product = Product(home / "file" / "data")
    assert f"The data directory {home / 'file' / 'data'} cannot be used" in _refused(product)


def test_a_full_disk_is_one_sentence(home: Path) -> None:
    disk = home / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", disk], check=False, capture_output=True
    ).returncode:
        pytest.skip("mounting a small disk is not permitted here")
    try:
        assert f"The disk that holds {disk / 'data'} is full" in _refused(Product(disk / "data"))
    finally:
        subprocess.run(["umount", "-l", disk], check=True)

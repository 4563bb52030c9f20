"""The embedder's container while it runs, and when it refuses to: read-only, without capabilities or a network."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.container.running import TOKEN, Running, running
from tests.support.container import PODMAN, run_command
from tests.support.embedder import MODEL_DIR

WRITE = """
import sys
for folder in ("/", "/tmp", "/srv", "/srv/embedder", "/models/current", "/opt/embedder", "/var/tmp", "/run"):
    try:
        open(folder + "/written", "w")
    except OSError:
        continue
    sys.exit(folder + " can be written")
"""
EMBED = """
import json, os, urllib.request as r
headers = {"Authorization": "Bearer " + os.environ["EMBEDDER_TOKEN"], "Content-Type": "application/json"}
body = json.dumps({"kind": "query", "inputs": ["capital of France"]}).encode()
with r.urlopen(r.Request("http://127.0.0.1:8081/embed", body, headers), timeout=10) as answer:
    print(len(json.load(answer)["embeddings"][0]))
"""


def status(embedder: Running, process: str = "1") -> dict[str, str]:
    lines = embedder.python("import sys; print(open(f'/proc/{sys.argv[1]}/status').read())", process).stdout
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines.splitlines())}


def test_it_embeds_without_a_network(embedder: Running) -> None:
    done = embedder.python(EMBED)
    assert done.stdout == "1024\n", done.stderr


def test_it_has_no_rights(embedder: Running) -> None:
    shown = status(embedder)
    assert shown["Uid"].split() == shown["Gid"].split() == ["10001"] * 4
    assert shown["NoNewPrivs"] == "1"
    assert {int(shown[f"Cap{kind}"], 16) for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {0}


def test_it_can_write_nowhere(embedder: Running) -> None:
    done = embedder.python(WRITE)
    assert done.returncode == 0, done.stderr


def test_the_processors_limit_is_the_number_of_threads(embedder: Running) -> None:
    events = [json.loads(line) for line in embedder.log.read_text().splitlines()]
    assert next(event["threads"] for event in events if event["event"] == "listening") == 1


def test_the_health_check_finds_it_healthy(embedder: Running) -> None:
    checked = subprocess.run([*PODMAN, "healthcheck", "run", embedder.name], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout
    shown = subprocess.run(
        [*PODMAN, "inspect", "--format", "{{.State.Health.Status}}", embedder.name],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == "healthy"


def test_the_log_is_json_and_keeps_the_token(embedder: Running) -> None:
    # A warning of a library would not be JSON; nor would its usage statistics go unnoticed.
    embedder.python(EMBED)
    text = embedder.log.read_text()
    assert {json.loads(line)["event"] for line in text.splitlines()} == {"listening", "ready", "request"}
    assert TOKEN not in text


def test_sigterm_lets_it_end_well(image: str, tmp_path: Path) -> None:
    with running(image, MODEL_DIR, tmp_path / "log", "--network", "none") as started:
        started.wait_until_ready()
        started.process.send_signal(signal.SIGTERM)
        assert started.process.wait(15) == 0
        assert json.loads(started.log.read_text().splitlines()[-1])["event"] == "stopped"


@pytest.mark.parametrize(
    ("token", "is_mounted", "said"),
    [
        ("", True, "EMBEDDER_TOKEN is required when EMBEDDER_HOST (0.0.0.0) is not loopback."),
        (TOKEN, False, "/models/current"),
    ],
)
def test_it_refuses_in_a_sentence(image: str, tmp_path: Path, token: str, is_mounted: bool, said: str) -> None:
    command = run_command(image, MODEL_DIR if is_mounted else tmp_path, "--network", "none")
    refused = subprocess.run(
        command, env={**os.environ, "EMBEDDER_TOKEN": token}, capture_output=True, text=True, check=False, timeout=30
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    (sentence,) = refused.stderr.splitlines()
    assert said in sentence
    assert TOKEN not in sentence

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra import template
from infra.local import run, supervisor
from infra.local.__main__ import main
from infra.local.children import Child
from infra.local.config import LocalSettings
from infra.local.said import MAX_LINE, last_line
from infra.local.supervisor import StopRequested, Supervisor

REAL = template.PATH.read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings of a data directory that is not there, and what a run changes in its process put back."""
    for name in os.environ:
        if name.startswith("FLUXVECTOR_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FLUXVECTOR_DATA_DIR", str(tmp_path / "data"))
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    umask, handlers = os.umask(0o022), [signal.getsignal(number) for number in numbers]
    yield
    os.umask(umask)
    for number, handler in zip(numbers, handlers, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (REAL.replace("Path: /ready}", "Path: /health}"), "GET /health is declared twice"),
        (REAL.replace("rate(", "cron("), "is not understood here"),
        ("a: [\n", "not YAML"),
        (
            "Globals: {Function: {Timeout: 1, MemorySize: 1}}\nResources: {A: {Type: 'AWS::Serverless::Function', "
            "Properties: {Handler: a.b, Events: {E: {Type: HttpApi, Properties: {Method: GET, Path: /a}}}}}}",
            "No function takes the $default route",
        ),
    ],
)
def test_a_wrong_template_is_one_sentence_before_anything_starts(
    text: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(text, encoding="utf-8")
    load = template.load
    monkeypatch.setattr(template, "load", lambda: load(path))
    assert run.run() == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("template.yaml cannot be used: ")
    assert sentence in err
    assert err.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_ctrl_c_before_anything_started_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "infra.local.run", SimpleNamespace(run=interrupted))
    assert main() == 130
    assert capsys.readouterr() == ("", "Stopped; run it again to go on.\n")


@pytest.mark.parametrize(
    ("number", "is_terminal", "said"),
    [
        (signal.SIGINT, True, "\nstopping\n"),
        (signal.SIGINT, False, "stopping\n"),
        (signal.SIGTERM, True, "stopping\n"),
    ],
)
def test_stopping_stands_below_the_terminals_ctrl_c(
    number: signal.Signals,
    is_terminal: bool,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def start(self: Supervisor, data_dir: object) -> None:
        signal.raise_signal(number)
        self._pause(5)

    monkeypatch.setattr(Supervisor, "_start", start)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    Supervisor(LocalSettings.from_env()).run()
    assert capsys.readouterr().out == said


@pytest.mark.parametrize(("set_by_hand", "tunables"), [(None, "glibc.malloc.hugetlb=1"), ("a=b", "a=b")])
def test_the_embedder_alone_is_given_huge_pages_unless_somebody_chose(
    set_by_hand: str | None, tunables: str, tmp_path: Path
) -> None:
    env = {"FLUXVECTOR_DATA_DIR": str(tmp_path), "EMBEDDER_ENGINE": "some"}
    env |= {} if set_by_hand is None else {"GLIBC_TUNABLES": set_by_hand}
    one: Any = Supervisor(LocalSettings.from_env(env))
    one._make_children(
        SimpleNamespace(log=lambda name: tmp_path / name, mail=tmp_path),
        SimpleNamespace(bind="127.0.0.1", port=1, base_url="http://127.0.0.1:1"),
        SimpleNamespace(name="m", revision="1", unrelated_cosine=0.5),
        SimpleNamespace(url=lambda *_: "postgresql://"),
        SimpleNamespace(
            fluxvector_api="", fluxvector_jobs="", fluxvector_owner="", password_pepper="p" * 32, session_key="s" * 32
        ),
    )
    environments = {name: child._environment for name, child in one._children.items()}
    assert environments["embedder"]["GLIBC_TUNABLES"] == tunables
    assert environments["embedder"]["EMBEDDER_ENGINE"] == "some"
    for name in ("gateway", "scheduler"):
        assert not {"GLIBC_TUNABLES", "EMBEDDER_ENGINE"} & environments[name].keys()


def test_a_child_that_ended_is_quoted(tmp_path: Path) -> None:
    child = Child("gateway", [], environment={}, log=tmp_path / "gateway.log")
    child.log.write_text("starting\nThe gateway cannot start: x.\n[ERROR] Unexpected exit from worker-1\n")
    assert supervisor._ending(child, "ended") == f"The gateway ended: x (see {child.log})."
    child.log.write_text("")
    assert supervisor._ending(child, "ended") == f"The gateway ended: it said nothing (see {child.log})."


def test_a_quoted_line_is_one_printable_line_and_bounded() -> None:
    assert last_line("first\nlast \x1b[31mred\n\n") == "last  [31mred"
    assert len(last_line("x" * 5_000)) == MAX_LINE + 1


def test_a_stop_that_was_asked_for_ends_a_pause() -> None:
    one = Supervisor(LocalSettings.from_env())
    one._request_stop(signal.SIGTERM, None)
    with pytest.raises(StopRequested):
        one._pause(5)

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from embedder.config import ENGINES, ConfigError, Settings, is_loopback
from embedder.cores import available_cores, multiplies_inexactly, physical_cores, quota_cores
from embedder.engines import load


def test_defaults(tmp_path: Path) -> None:
    settings = Settings.from_env({"EMBEDDER_MODEL_DIR": str(tmp_path)})
    assert (settings.host, settings.port, settings.token) == ("127.0.0.1", 8081, None)
    assert settings.threads == available_cores() >= 1
    assert not settings.exit_with_parent


def test_all_faults_are_told_together() -> None:
    environ = {
        "EMBEDDER_HOST": "0.0.0.0",
        "EMBEDDER_PORT": "http",
        "EMBEDDER_THREADS": "0",
        "EMBEDDER_PASSAGE_QUEUE_TOKENS": "-5",
    }
    with pytest.raises(ConfigError) as refused:
        Settings.from_env(environ)
    faults = refused.value.faults
    assert len(faults) == 5
    for name in ("MODEL_DIR", "PORT", "THREADS", "PASSAGE_QUEUE_TOKENS", "TOKEN is required"):
        assert any(f"EMBEDDER_{name}" in fault for fault in faults)


@pytest.mark.parametrize("token", ["with blank", "ключ", "line\nbreak"])
def test_a_token_that_no_header_can_carry_is_refused_and_not_repeated(tmp_path: Path, token: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Settings.from_env({"EMBEDDER_MODEL_DIR": str(tmp_path), "EMBEDDER_TOKEN": token})
    assert token not in str(refused.value)


def test_the_token_is_not_shown_by_repr(tmp_path: Path) -> None:
    settings = Settings.from_env({"EMBEDDER_MODEL_DIR": str(tmp_path), "EMBEDDER_TOKEN": "abc", "EMBEDDER_HOST": "::"})
    assert settings.token == "abc"
    assert "abc" not in repr(settings).replace(str(tmp_path), "")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_the_command_ends_with_sentences_on_bad_settings() -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("EMBEDDER_")}
    command = [sys.executable, "-m", "embedder"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "EMBEDDER_MODEL_DIR is required: the directory of a model.\n")


def test_a_missing_model_is_one_sentence(tmp_path: Path) -> None:
    environ = {**os.environ, "EMBEDDER_MODEL_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "embedder"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"There is no model in {tmp_path}")
    assert done.stderr.count("\n") == 1


def test_two_threads_of_a_core_count_once(tmp_path: Path) -> None:
    for processor, siblings in enumerate(["0,2", "1,3", "0,2", "1,3"]):
        topology = tmp_path / f"devices/system/cpu/cpu{processor}/topology"
        topology.mkdir(parents=True)
        (topology / "thread_siblings_list").write_text(f"{siblings}\n")
    assert physical_cores({0, 1, 2, 3}, tmp_path) == 2
    assert physical_cores({0, 2}, tmp_path) == 1
    assert physical_cores({0, 1, 7}, tmp_path) == 3  # one without a topology counts


@pytest.mark.parametrize(
    ("text", "cores"), [("max 100000", 1 << 16), ("150000 100000", 1), ("50000 100000", 1), ("400000 100000", 4)]
)
def test_the_quota_of_a_control_group_bounds_the_threads(tmp_path: Path, text: str, cores: int) -> None:
    (tmp_path / "fs/cgroup").mkdir(parents=True)
    (tmp_path / "fs/cgroup/cpu.max").write_text(text)
    assert quota_cores(tmp_path) == cores


def test_the_older_control_groups_are_read_too(tmp_path: Path) -> None:
    group = tmp_path / "fs/cgroup/cpu"
    group.mkdir(parents=True)
    (group / "cpu.cfs_quota_us").write_text("300000")
    (group / "cpu.cfs_period_us").write_text("100000")
    assert quota_cores(tmp_path) == 3
    (group / "cpu.cfs_quota_us").write_text("-1")
    assert quota_cores(tmp_path) == 1 << 16


def test_the_tightest_of_nested_control_groups_counts(tmp_path: Path) -> None:
    groups = tmp_path / "cgroup"
    groups.write_text("0::/system.slice/embedder.service\n")
    own = tmp_path / "fs/cgroup/system.slice/embedder.service"
    own.mkdir(parents=True)
    assert quota_cores(tmp_path, groups) == 1 << 16
    (own / "cpu.max").write_text("300000 100000")
    (own.parent / "cpu.max").write_text("max 100000")
    assert quota_cores(tmp_path, groups) == 3
    (own.parent / "cpu.max").write_text("200000 100000")
    assert quota_cores(tmp_path, groups) == 2
    groups.write_text("0::/../elsewhere\n")
    assert quota_cores(tmp_path, groups) == 1 << 16


def test_nested_groups_of_the_older_kind(tmp_path: Path) -> None:
    groups = tmp_path / "cgroup"
    groups.write_text("5:memory:/other\n4:cpu,cpuacct:/docker/ab\n1:name=systemd:/x\n")
    own = tmp_path / "fs/cgroup/cpu/docker/ab"
    own.mkdir(parents=True)
    (own / "cpu.cfs_quota_us").write_text("400000")
    (own / "cpu.cfs_period_us").write_text("100000")
    assert quota_cores(tmp_path, groups) == 4


def test_the_engine_is_one_of_those_that_can_be_loaded(tmp_path: Path) -> None:
    assert load.ENGINES == ENGINES
    environ = {"EMBEDDER_MODEL_DIR": str(tmp_path)}
    assert Settings.from_env(environ).engine == "onnxruntime"
    assert Settings.from_env({**environ, "EMBEDDER_ENGINE": "openvino"}).engine == "openvino"
    with pytest.raises(ConfigError, match="onnxruntime or openvino"):
        Settings.from_env({**environ, "EMBEDDER_ENGINE": "torch"})


def test_certificate_and_key_come_together(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").touch()
    environ = {"EMBEDDER_MODEL_DIR": str(tmp_path), "EMBEDDER_TLS_CERT": str(tmp_path / "cert.pem")}
    with pytest.raises(ConfigError, match="together"):
        Settings.from_env(environ)
    settings = Settings.from_env({**environ, "EMBEDDER_TLS_KEY": str(tmp_path / "cert.pem")})
    assert settings.tls_cert == settings.tls_key == tmp_path / "cert.pem"
    with pytest.raises(ConfigError, match="is not a file"):
        Settings.from_env({**environ, "EMBEDDER_TLS_KEY": str(tmp_path / "missing.pem")})


def test_the_cache_can_be_off(tmp_path: Path) -> None:
    environ = {"EMBEDDER_MODEL_DIR": str(tmp_path)}
    assert Settings.from_env(environ).query_cache_bytes == 64 << 20
    assert Settings.from_env({**environ, "EMBEDDER_QUERY_CACHE_BYTES": "0"}).query_cache_bytes == 0


@pytest.mark.parametrize(
    ("machine", "flags", "inexact"),
    [
        ("x86_64", "flags\t: fpu avx2 avx512f", True),
        ("x86_64", "flags\t: avx2 avx512_vnni", False),
        ("AMD64", "flags\t: avx2 avx_vnni\nflags : x", False),
        ("x86_64", "", True),
        ("aarch64", "", False),
    ],
)
def test_processors_whose_byte_products_saturate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str, flags: str, inexact: bool
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    (tmp_path / "cpuinfo").write_text(flags)
    assert multiplies_inexactly(tmp_path / "cpuinfo") is inexact

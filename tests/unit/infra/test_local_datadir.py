from __future__ import annotations

from pathlib import Path

import pytest

from infra.local import datadir
from infra.local.datadir import DataDir
from infra.local.failure import StartFailure
from infra.local.files import write_private_json


def test_two_runs_never_share_a_directory(tmp_path: Path) -> None:
    first = DataDir(tmp_path / "data")
    with pytest.raises(StartFailure, match="Another `make run` uses the data directory"):
        DataDir(tmp_path / "data")
    first.close()
    DataDir(tmp_path / "data").close()


def test_secrets_are_made_once_kept_private_and_never_shown(tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path / "data")
    made = data_dir.secrets()
    assert data_dir.secrets() == made
    assert (tmp_path / "data" / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert made.postgres not in repr(made)
    assert len({made.postgres, made.fluxvector_owner, made.fluxvector_api, made.fluxvector_jobs}) == 4
    data_dir.close()


def test_a_database_whose_secrets_are_gone_is_said_so(tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path)
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    assert not data_dir.is_new
    with pytest.raises(StartFailure, match=r"secrets\.json is missing"):
        data_dir.secrets()
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(StartFailure, match=r"secrets\.json is damaged"):
        data_dir.secrets()
    data_dir.close()


def test_a_disk_without_room_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_dir = DataDir(tmp_path)
    data_dir.check_room()
    monkeypatch.setattr(datadir, "FIRST_START_BYTES", 1 << 62)
    with pytest.raises(StartFailure, match=rf"The disk that holds {tmp_path} is full"):
        data_dir.check_room()
    data_dir.close()


def test_logs_begin_anew_and_stay_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_dir = DataDir(tmp_path)
    path = data_dir.log("gateway")
    path.write_text("first run")
    assert data_dir.log("gateway") == path
    assert path.read_text() == ""
    assert path.with_suffix(".log.1").read_text() == "first run"
    monkeypatch.setattr(datadir, "MAX_LOG_BYTES", 10)
    with path.open("a") as held_open:
        held_open.write("more than ten bytes")
        held_open.flush()
        data_dir.bound_logs()
        held_open.write("next")
    assert path.read_text() == "next"
    assert path.with_suffix(".log.1").read_text() == "more than ten bytes"
    data_dir.close()


def test_a_private_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_text("old")
    file.chmod(0o644)
    with pytest.raises(TypeError):
        write_private_json(file, {"not": object()})
    assert file.read_text() == "old"
    write_private_json(file, {"a": 1})
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["credentials.json"]

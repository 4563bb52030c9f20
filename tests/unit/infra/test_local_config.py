from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.config import REPOSITORY, LocalSettings, is_set_to_exit_with_parent
from shared.config import ConfigurationError


def test_without_any_setting_it_is_the_documented_defaults() -> None:
    settings = LocalSettings.from_env({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.data_dir == Path.cwd() / ".local"
    assert settings.model_dir == REPOSITORY / ".local" / "models" / "multilingual-e5-small"
    assert not settings.is_model_dir_chosen
    assert settings.inherited == {}


def test_paths_are_made_absolute_and_brackets_of_ipv6_are_dropped() -> None:
    settings = LocalSettings.from_env(
        {"FLUXVECTOR_HOST": "[::1]", "FLUXVECTOR_PORT": "1", "FLUXVECTOR_DATA_DIR": "some/where"}
    )
    assert (settings.host, settings.port) == ("::1", 1)
    assert settings.data_dir == Path.cwd() / "some" / "where"


def test_children_inherit_no_secret() -> None:
    env = {"PATH": "/bin", "AWS_SECRET_ACCESS_KEY": "x", "FLUXVECTOR_OWNER_DATABASE_URL": "x", "PGPASSWORD": "x"}
    assert LocalSettings.from_env(env).inherited == {"PATH": "/bin"}


def test_the_embedder_alone_gets_what_is_set_for_it() -> None:
    env = {"EMBEDDER_ENGINE": "openvino", "EMBEDDER_THREADS": "1", "EMBEDDER_TOKEN": "x", "GLIBC_TUNABLES": "a=b"}
    settings = LocalSettings.from_env(env)
    assert settings.embedder_overrides == {
        "EMBEDDER_ENGINE": "openvino",
        "EMBEDDER_THREADS": "1",
        "GLIBC_TUNABLES": "a=b",
    }
    assert settings.inherited == {}


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "", "\uff18\uff10", "1e3", "9" * 5_000])
def test_a_port_that_is_none_is_refused_and_shown(port: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^FLUXVECTOR_PORT is not a port from 1 to 65535: '") as caught:
        LocalSettings.from_env({"FLUXVECTOR_PORT": port})
    assert port[:80] in str(caught.value)
    assert len(str(caught.value)) < 150


def test_a_chosen_model_directory_is_known_as_such() -> None:
    settings = LocalSettings.from_env({"FLUXVECTOR_MODEL_DIR": "/models/mine"})
    assert settings.is_model_dir_chosen
    assert settings.model_dir == Path("/models/mine")


def test_all_faults_are_reported_together() -> None:
    with pytest.raises(ConfigurationError) as caught:
        LocalSettings.from_env({"FLUXVECTOR_HOST": "", "FLUXVECTOR_PORT": "x", "FLUXVECTOR_DATA_DIR": "a\0b"})
    assert len(str(caught.value).splitlines()) == 3


def test_only_1_asks_to_end_with_the_parent() -> None:
    assert is_set_to_exit_with_parent({"FLUXVECTOR_EXIT_WITH_PARENT": "1"})
    assert not is_set_to_exit_with_parent({"FLUXVECTOR_EXIT_WITH_PARENT": "0"})
    assert not is_set_to_exit_with_parent({})


def test_the_indexer_alone_gets_what_is_set_for_it() -> None:
    settings = LocalSettings.from_env({"FLUXVECTOR_INDEX_MIN_ROWS": "500", "FLUXVECTOR_OWNER_DATABASE_URL": "x"})
    assert settings.indexer_settings == {"FLUXVECTOR_INDEX_MIN_ROWS": "500"}
    assert settings.inherited == {}

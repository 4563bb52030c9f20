from __future__ import annotations

import pytest

from tests.accuracy.family import MODELS, NAMES, SOURCES, Family


@pytest.fixture(scope="session", params=NAMES)
def family(request: pytest.FixtureRequest) -> Family:
    """Each model that is measured: what is served, and its float32 source."""
    name: str = request.param
    for folder in (MODELS / name, SOURCES / name):
        if not folder.exists():
            pytest.skip(f"needs {folder}: `make models`")
    return Family(MODELS / name, SOURCES / name)

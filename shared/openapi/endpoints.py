"""The built calls, found in the package that holds the endpoint files."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.web.app import EndpointApp

# Folders without calls: jobs answer nobody.
_NO_ENDPOINTS = {"jobs", "__pycache__"}


def endpoint_apps(package: str) -> list[EndpointApp[Any]]:
    """The app of every endpoint file below the package, by path and method; importing them all is what it costs.

    Files that answer many routes with one error have no route of their own and are left out.
    """
    found = (getattr(importlib.import_module(name), "app", None) for name in _modules(package))
    apps = [app for app in found if isinstance(app, EndpointApp) and app.route is not None]
    return sorted(apps, key=lambda app: str(app.route).split(" ")[::-1])


def _modules(package: str) -> Iterator[str]:
    for folder in importlib.import_module(package).__path__:
        yield from _below(Path(folder), package)


def _below(folder: Path, package: str) -> Iterator[str]:
    """Walked by hand: a folder without `__init__.py` is no package to pkgutil."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in _NO_ENDPOINTS:
            yield from _below(path, f"{package}.{path.name}")
        elif path.suffix == ".py":
            yield f"{package}.{path.stem}"

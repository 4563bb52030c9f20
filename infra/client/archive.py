"""The archive of an account: a ZIP file that is there whole or not at all, written line by line.

account.json                        the account and who signs in
sessions.ndjson, api_keys.ndjson …  one object a line
vectors/<env>/<collection>.ndjson   as `POST /v1/vectors/import` takes them
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from infra.client.failure import ClientFailure

FILES = {
    "session": "sessions.ndjson",
    "api_key": "api_keys.ndjson",
    "activity": "activity.ndjson",
    "collection": "collections.ndjson",
    "usage_event": "usage_events.ndjson",
    "idempotency_key": "idempotency_keys.ndjson",
    "pending_email": "pending_emails.ndjson",
    "one_time_link": "one_time_links.ndjson",
    "notice": "notices.ndjson",
}
_TYPE = re.compile(rb'\{"type":"([a-z_]{1,64})"[,}]')
# Names that are safe in a path; the service has no others.
_PLACE = re.compile(rb'\{"type":"vector","env":"(live|test)","collection":"([A-Za-z0-9][A-Za-z0-9._-]{0,127})",')
_IN_ACCOUNT_FILE = ("account", "user")


class Archive:
    """An archive being written; `counts` is of lines by their type."""

    def __init__(self, zip_file: zipfile.ZipFile) -> None:
        self.counts: Counter[str] = Counter()
        self._zip = zip_file
        self._account: list[bytes] = []
        self._name = ""
        self._entry: IO[bytes] | None = None
        self._names: set[str] = set()
        self._alike: Counter[str] = Counter()

    def add(self, line: bytes) -> None:
        """A line of an export, without its line feed; those of one kind, and of one collection, come without a break.

        Raises ClientFailure for what is no line of an export.
        """
        found = _TYPE.match(line)
        if found is None or not line.endswith(b"}"):
            raise ClientFailure("The export holds a line that this command does not know.")
        kind = found[1].decode()
        self.counts[kind] += 1
        if kind in _IN_ACCOUNT_FILE:
            self._account.append(line)
        elif kind == "vector":
            place = _PLACE.match(line)
            if place is None:
                raise ClientFailure("The export holds a vector whose collection this command does not know.")
            self._write(f"vectors/{place[1].decode()}/{place[2].decode()}", b"{" + line[place.end() :])
        else:
            self._write(FILES.get(kind, f"{kind}.ndjson").removesuffix(".ndjson"), line)

    def finish(self) -> None:
        """Adds the file of the account."""
        told = [json.loads(line) for line in self._account]
        account = {
            "account": next((line for line in told if line["type"] == "account"), None),
            "users": [line for line in told if line["type"] == "user"],
        }
        self._zip.writestr("account.json", json.dumps(account, ensure_ascii=False, indent=2) + "\n")

    def _write(self, name: str, line: bytes) -> None:
        if name != self._name or self._entry is None:
            self.close_entry()
            if name in self._names:
                raise ClientFailure("The lines of the export are not in their order.")
            self._names.add(name)
            self._name = name
            self._entry = self._zip.open(self._free(name), "w", force_zip64=True)
        self._entry.write(line + b"\n")

    def _free(self, name: str) -> str:
        """Where upper and lower case are one, two collections may have one name; no collection's has a `~`."""
        self._alike[name.lower()] += 1
        number = self._alike[name.lower()]
        return f"{name}.ndjson" if number == 1 else f"{name}~{number}.ndjson"

    def close_entry(self) -> None:
        """Ends the file that is being written; a ZIP file with an open one cannot be closed."""
        if self._entry is not None:
            self._entry.close()
            self._entry = None


@contextmanager
def archive_at(path: Path) -> Iterator[Archive]:
    """An archive that takes its place at `path`, readable by its owner alone, once the block has ended well.

    Until then it is a file beside it, which goes where the block fails.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zip_file:
                archive = Archive(zip_file)
                try:
                    yield archive
                finally:
                    archive.close_entry()
                archive.finish()
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise

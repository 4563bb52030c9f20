from __future__ import annotations

import json
import shlex
from pathlib import Path

from infra.local.demo import Made, credentials_line, lines_to_copy
from infra.local.net import Address


def test_the_lines_are_whole_shell_commands() -> None:
    upsert, search, client = lines_to_copy(Address("::", "::1", 8080), "fv_live_key")
    for line, path in ((upsert, "/v1/vectors/upsert"), (search, "/v1/search")):
        words = shlex.split(line)
        assert words[0] == "curl"
        assert f"http://[::1]:8080{path}" in words
        assert "Authorization: Bearer fv_live_key" in words
        assert json.loads(words[-1])["collection"] == "demo"
    compile(shlex.split(client)[-1], "client", "exec")
    assert all("\n" not in line for line in (upsert, search, client))


def test_the_line_on_the_credentials_says_what_was_made() -> None:
    lines = {made: credentials_line(made, Path("/data/credentials.json")) for made in Made}
    assert all(line.endswith(" in /data/credentials.json") for line in lines.values())
    assert "account was made" in lines[Made.ACCOUNT]
    assert "a new key and a new password" in lines[Made.CREDENTIALS]
    assert "new" not in lines[Made.NOTHING]

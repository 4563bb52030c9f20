from __future__ import annotations

import re

from shared.embedders.scope import cache_scope


def test_a_scope_is_stable_opaque_and_its_accounts_alone() -> None:
    scope = cache_scope(7, "live", token="sesame")
    assert re.fullmatch(r"[0-9a-f]{32}", scope)
    assert scope == cache_scope(7, "live", token="sesame")
    others = [(8, "live", "sesame"), (7, "test", "sesame"), (7, "live", "another"), (77, "live", "sesame")]
    assert scope not in {cache_scope(account_no, env, token=token) for account_no, env, token in others}


def test_a_long_token_and_none_are_keys_too() -> None:
    assert cache_scope(1, "live", token="") != cache_scope(1, "live", token="x" * 500)

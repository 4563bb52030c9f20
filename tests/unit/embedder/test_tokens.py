from __future__ import annotations

import time

import pytest

from tests.unit.embedder.conftest import Model


def test_ids_are_framed_by_the_special_tokens_and_hold_the_prefix(model: Model) -> None:
    (query,) = model.tokenizer.encode("query", ["a"])
    (passage,) = model.tokenizer.encode("passage", ["a"])
    assert (query.ids[0], query.ids[-1]) == (0, 2)
    assert len(query.ids) == 6  # <s> ▁que ry : ▁a </s>
    assert query.ids[1] != passage.ids[1]


@pytest.mark.parametrize(("words", "count", "truncated"), [(507, 511, False), (508, 512, False), (509, 512, True)])
def test_512_tokens_are_the_limit_exactly(model: Model, words: int, count: int, truncated: bool) -> None:
    (tokens,) = model.tokenizer.encode("passage", ["the " * (words - 1) + "the"])
    assert (len(tokens.ids), tokens.truncated) == (count, truncated)
    assert tokens.ids[-1] == 2


def test_what_stands_beyond_the_limit_changes_nothing(model: Model) -> None:
    first, second = model.tokenizer.encode("passage", ["the " * 600 + "cat", "the " * 600 + "dog " * 9000])
    assert first.ids.tolist() == second.ids.tolist()
    assert first.truncated
    assert second.truncated


@pytest.mark.parametrize("text", ["a" * 65_536, "木" * 21_845, "ab" * 32_768, "😀" * 16_384, " \t" * 32_767 + "a"])
def test_64_kilobytes_cost_no_more_than_512_tokens_do(model: Model, text: str) -> None:
    model.tokenizer.encode("passage", ["warm"])
    started = time.perf_counter()
    (tokens,) = model.tokenizer.encode("passage", [text])
    assert time.perf_counter() - started < 0.08  # a run of 512 tokens takes about that long
    assert len(tokens.ids) <= 512


def test_runs_of_blanks_count_as_one_character(model: Model) -> None:
    (tokens,) = model.tokenizer.encode("passage", ["a" + " " * 60_000 + "b"])
    (short,) = model.tokenizer.encode("passage", ["a b"])
    assert tokens.ids.tolist() == short.ids.tolist()
    assert not tokens.truncated


@pytest.mark.parametrize("control", ["<s>", "</s>", "<pad>", "<unk>", "<mask>"])
def test_control_tokens_in_a_text_are_only_text(model: Model, control: str) -> None:
    (tokens,) = model.tokenizer.encode("query", [f"a{control}b {control} {control}"])
    assert not {0, 1, 2, 3, 250_001} & set(tokens.ids[1:-1].tolist())


def test_nul_is_a_character_without_a_piece_and_other_controls_are_dropped(model: Model) -> None:
    nul, control, plain = model.tokenizer.encode("query", ["a\0bc", "a\x01bc", "abc"])
    assert 3 in nul.ids
    assert control.ids.tolist() == plain.ids.tolist()


def test_composed_and_decomposed_letters_are_the_same(model: Model) -> None:
    composed, decomposed = model.tokenizer.encode("query", ["caf\u00e9 \u00c5", "cafe\u0301 A\u030a"])
    assert composed.ids.tolist() == decomposed.ids.tolist()

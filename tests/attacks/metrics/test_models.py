"""Measures by real models: a sentence encoder, a language model; and LanguageTool where it is, or why it is not."""

import os
import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from attacks.core.text import PAIR
from attacks.metrics.grammar import LanguageTool
from attacks.metrics.models import MeasureError, longest

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs models in TABOO_DATA")


@pytest.fixture(scope="module")
def encoder():
    pytest.importorskip("transformers")
    from attacks.metrics.similarity import SentenceEncoder

    return SentenceEncoder.open(f"{DATA}/imdb-bert-mini")


@pytest.fixture(scope="module")
def model():
    pytest.importorskip("transformers")
    from attacks.metrics.perplexity import CausalLM

    return CausalLM.open(f"{DATA}/stories260k")


@needs_data
def test_what_means_much_the_same_is_more_alike_than_what_does_not(encoder):
    near = encoder.similarity("a great film", "a fine film")
    far = encoder.similarity("a great film", "the weather in spain")
    assert encoder.similarity("a great film", "a great film") == 1
    assert 0.9 < near < 1
    assert far < near - 0.2
    assert encoder.similarity("a great film", "a fine film") == encoder.similarity("a fine film", "a great film")
    assert encoder.similarity("", "a film") == 0


@needs_data
def test_vectors_are_of_length_1_and_depend_on_no_other_text(encoder):
    both = encoder.vectors(["a great film", "a poor story about nothing"])
    assert both.shape == (2, 256)
    assert np.linalg.norm(both, axis=1) == pytest.approx(1)
    assert (encoder.vectors(["a great film"])[0] == both[0]).all()
    assert encoder.vectors([]).shape == (0, 0)


@needs_data
def test_a_text_longer_than_the_model_reads_is_read_to_its_end(encoder):
    long = "a great film " * 100
    assert encoder.similarity(long + "and fine", long + "and awful") < 1
    assert encoder.similarity(f"one{PAIR}two", "one two") == pytest.approx(1)


@needs_data
def test_two_openings_of_one_encoder_have_one_fingerprint_and_touch_no_chance(encoder):
    import torch

    from attacks.metrics.similarity import SentenceEncoder

    before = torch.random.get_rng_state()
    assert SentenceEncoder.open(f"{DATA}/imdb-bert-mini").fingerprint == encoder.fingerprint
    assert (torch.random.get_rng_state() == before).all()


@needs_data
def test_perplexity_is_that_of_the_model_s_own_loss(model):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    text = "Once upon a time, there was a little girl named Lily."
    tokenizer = AutoTokenizer.from_pretrained(f"{DATA}/stories260k")
    ids = torch.tensor([[tokenizer.bos_token_id, *tokenizer(text, add_special_tokens=False)["input_ids"]]])
    with torch.inference_mode():
        loss = AutoModelForCausalLM.from_pretrained(f"{DATA}/stories260k")(input_ids=ids, labels=ids).loss
    assert model.perplexity(text) == pytest.approx(float(torch.exp(loss)), rel=1e-4)
    assert model.perplexity("Lily named girl little a was there time a upon Once") > 2 * model.perplexity(text)


@needs_data
def test_a_long_text_is_read_in_stretches_and_none_of_it_is_passed_over(model):
    short = model.perplexity("the cat sat. " * 20)
    long = model.perplexity("the cat sat. " * 2000)
    assert 1 < long < short
    assert model.perplexity("the cat sat. " * 2000 + "zebra xylophone quartz " * 50) > long


@needs_data
def test_a_text_without_a_token_has_no_perplexity(model):
    assert model.perplexity("") is None
    assert model.ratio("", "a cat") is None
    assert model.ratio("a cat", "a cat") == 1


@needs_data
@pytest.mark.parametrize("loader", ["AutoModel", "AutoModelForCausalLM"])
def test_a_model_that_lacks_weights_is_refused(loader, tmp_path):
    pytest.importorskip("transformers")
    from safetensors.torch import load_file, save_file

    from attacks.metrics.models import opened

    source = f"{DATA}/stories260k"
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(f"{source}/{name}", tmp_path)
    weights = load_file(f"{source}/model.safetensors")
    lacking = {name: it for name, it in weights.items() if "layers.0.mlp" not in name}
    save_file(lacking, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(MeasureError, match=r"its files lack weights \(.*layers\.0\.mlp"):
        opened("perplexity", str(tmp_path), loader)


def test_a_model_that_is_not_there_is_refused_with_what_to_name():
    pytest.importorskip("transformers")
    from attacks.metrics.models import opened

    with pytest.raises(MeasureError, match=r"similarity by '/nowhere': .*; name a folder with config\.json"):
        opened("similarity", "/nowhere", "AutoModel")


@pytest.mark.parametrize(
    ("kind", "positions", "here", "most"),
    [("bert", 512, 64, 64), ("roberta", 514, 10**30, 512), ("llama", 512, 10**30, 512), ("llama", 10**6, 10**30, 4096)],
)
def test_no_more_is_read_at_a_time_than_both_can(kind, positions, here, most):
    config = SimpleNamespace(model_type=kind, max_position_embeddings=positions)
    assert longest(SimpleNamespace(config=config), SimpleNamespace(model_max_length=here)) == most


# --- grammar ----------------------------------------------------------------------------------------------------------


def test_grammar_errors_are_counted_and_typos_are_not():
    def check(text):
        kinds = {"they is": "GRAMMAR", "teh": "TYPOS"}
        return [SimpleNamespace(category=kind) for words, kind in kinds.items() if words in text]

    tool = LanguageTool(check, "given")
    assert tool.errors("they is teh") == 1
    assert tool.added("they are", "they is") == 1
    assert tool.added("they is", "they are") == -1
    assert tool.fingerprint == LanguageTool(check, "given").fingerprint


def test_without_language_tool_the_package_and_java_are_named():
    try:
        import language_tool_python  # noqa: F401
    except ImportError:
        with pytest.raises(MeasureError, match=r"grammar: the package language_tool_python is not installed; .*Java"):
            LanguageTool.open()
    else:
        pytest.skip("language_tool_python is installed")


class Tool:
    """Stands where language_tool_python would: the package and its Java are not here."""

    language_tool_download_version = "6.6"

    def __init__(self, language: str) -> None:
        if language == "fr":
            raise OSError("no java\nat all")
        self.language = language

    def check(self, text: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(category="GRAMMAR")] * text.count("is is")


def test_language_tool_is_started_for_the_language_and_told_apart_by_its_version(monkeypatch):
    monkeypatch.setitem(sys.modules, "language_tool_python", SimpleNamespace(LanguageTool=Tool))
    tool = LanguageTool.open("en")
    assert (tool.name, tool.errors("it is is")) == ("LanguageTool 6.6 en-US", 1)
    assert LanguageTool.open("zh").fingerprint != tool.fingerprint
    with pytest.raises(MeasureError, match=r"grammar: LanguageTool does not start \(no java\); .*install Java"):
        LanguageTool.open("fr")

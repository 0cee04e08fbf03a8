"""Models of transformers by folder: read without a word, whole, or refused."""

import os

import pytest

from attacks.pretrained import UnreadModelError, read_config, read_model
from attacks.victims.errors import VictimMissingError
from attacks.victims.huggingface import HuggingFaceVictim

DATA = os.environ.get("TABOO_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="needs the small models of TABOO_DATA")


def test_a_model_is_read_without_a_word_and_the_library_stays_as_loud_as_it_was(capfd):
    pytest.importorskip("transformers")
    import torch
    from transformers.utils import logging

    before = torch.get_rng_state(), logging.get_verbosity(), logging.is_progress_bar_enabled()
    read = read_model(f"{DATA}/imdb-bert-mini", "AutoModelForMaskedLM").whole()
    assert not read.model.training
    assert capfd.readouterr() == ("", "")
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before[1:]


def test_weights_of_chance_are_refused_and_named():
    read = read_model(f"{DATA}/imdb-bert-mini", "AutoModelForSequenceClassification")
    with pytest.raises(UnreadModelError, match=r"its files lack weights \(bert\.pooler\.dense\.bias\)") as refused:
        read.whole()
    assert str(refused.value).startswith(f"model '{DATA}/imdb-bert-mini': its files lack")


def test_what_is_no_model_is_refused_in_one_line(tmp_path):
    with pytest.raises(UnreadModelError) as refused:
        read_config(str(tmp_path))
    assert "\n" not in str(refused.value)
    assert "name a folder with config.json" in str(refused.value)


def test_a_device_that_is_not_here_is_refused():
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    with pytest.raises(VictimMissingError, match="name a device that is here, such as cpu"):
        HuggingFaceVictim.open(f"{DATA}/sst2-bert-mini?device=cuda")

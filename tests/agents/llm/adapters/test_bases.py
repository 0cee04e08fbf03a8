"""An adapter of another base is found by hash, whatever the base is called and however it is loaded."""

import copy
import json
import logging
import warnings

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file

from agents.llm.engines.adapters import Shelf, mark
from agents.llm.engines.adapters.bases import FILE, identify
from agents.llm.errors import AdapterError


@pytest.fixture
def base(workshop):
    return workshop.llama()


def saved(model, folder, workshop):
    """The same model from files."""
    from transformers import AutoModelForCausalLM

    model.save_pretrained(folder)
    return AutoModelForCausalLM.from_pretrained(folder).eval()


def test_a_marked_adapter_is_taken_by_its_own_base_only(base, workshop, tmp_path, caplog):
    folder = workshop.lora(base, tmp_path / "a", 1)
    mark(folder, base)
    assert Shelf(copy.deepcopy(base), folder=tmp_path).require("a").is_marked
    assert not caplog.records
    other = workshop.llama(seed=1)
    with pytest.raises(AdapterError, match=r"was trained over base .*\([0-9a-f]{12}\), and this is .*\([0-9a-f]{12}\)"):
        Shelf(other, folder=tmp_path).require("a")


def test_an_adapter_without_a_mark_goes_by_its_shapes_and_that_is_said_once(base, workshop, tmp_path, caplog):
    workshop.ia3(base, tmp_path / "a", 1)
    shelf = Shelf(workshop.llama(seed=1), folder=tmp_path, most=1)
    with caplog.at_level(logging.WARNING):
        assert not shelf.require("a").is_marked
        shelf.drop("a")
        shelf.require("a")
    assert [record.message for record in caplog.records if "only the shapes" in record.message] == [
        record.message for record in caplog.records
    ]
    assert len(caplog.records) == 1


def test_a_wrapped_base_is_the_base(base):
    config = LoraConfig(target_modules=["q_proj"], init_lora_weights=False)
    with warnings.catch_warnings(action="ignore"):
        wrapped = get_peft_model(copy.deepcopy(base), config)
    assert identify(wrapped) == identify(base)


def test_precision_and_files_do_not_make_another_base(base, workshop, tmp_path):
    from_files = saved(base, tmp_path / "one", workshop)
    base.save_pretrained(tmp_path / "many", max_shard_size="20KB")
    assert len(list((tmp_path / "many").glob("*.safetensors"))) > 1
    in_shards = type(base).from_pretrained(tmp_path / "many")
    rounded = copy.deepcopy(base).to(torch.bfloat16)
    stored = identify(from_files).stored
    assert stored is not None
    assert identify(in_shards).stored == stored
    assert (
        identify(from_files).loaded == identify(in_shards).loaded == identify(base).loaded == identify(rounded).loaded
    )
    assert identify(base).stored is None


def test_a_base_in_float16_is_told_by_its_files(base, workshop, tmp_path):
    from_files = saved(base, tmp_path / "model", workshop)
    halved = type(base).from_pretrained(tmp_path / "model", dtype=torch.float16)
    assert identify(halved).loaded is None
    assert identify(halved).is_same(identify(from_files)) is True
    assert identify(halved).is_same(identify(base)) is None


def test_one_changed_weight_makes_another_base(base):
    other = copy.deepcopy(base)
    with torch.no_grad():
        other.model.layers[1].mlp.up_proj.weight[0, 0] += 1
    assert identify(other).is_same(identify(base)) is False


def test_real_weights_are_the_same_base_in_memory_and_in_files(workshop):
    model = workshop.stories()
    assert identify(model).loaded == identify(model).stored


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"name": 1, "loaded": null, "stored": null}', '{"name": "x", "loaded": 3, "stored": null}'],
)
def test_a_mark_that_cannot_be_read_is_refused(text, base, workshop, tmp_path):
    folder = workshop.lora(base, tmp_path / "a", 1)
    (folder / FILE).write_text(text)
    with pytest.raises(AdapterError, match=f"has a {FILE} that cannot be read"):
        Shelf(base, folder=tmp_path).require("a")


def test_a_mark_is_small_readable_json(base, workshop, tmp_path):
    folder = workshop.lora(base, tmp_path / "a", 1)
    mark(folder, base)
    assert json.loads((folder / FILE).read_text()).keys() == {"name", "loaded", "stored"}


def test_a_copy_of_base_weights_in_an_adapter_must_be_the_bases_own(base, workshop, tmp_path):
    from safetensors.torch import load_file

    folder = workshop.lora(base, tmp_path / "a", 1, target_modules=["lm_head"])
    tensors = load_file(folder / "adapter_model.safetensors")
    copies = [key for key in tensors if "lora" not in key]
    assert copies, "peft saves the output layer beside a LoRA of it"
    assert Shelf(copy.deepcopy(base), folder=tmp_path).require("a").layers == 1
    tensors[copies[0]][0, 0] += 1
    save_file(tensors, folder / "adapter_model.safetensors")
    with pytest.raises(AdapterError, match=r"brings its own weights for 'lm_head\.weight' of the base"):
        Shelf(base, folder=tmp_path).require("a")

"""What is refused, before anything is loaded, and with which sentence."""

import json
import os
import pickle

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch
from safetensors.torch import load_file, save_file

from agents.llm.engines.adapters import Shelf
from agents.llm.errors import AdapterError

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
TARGETS = ["q_proj", "v_proj", "down_proj"]
NORM = "base_model.model.model.norm"
Q = "base_model.model.model.layers.0.self_attn.q_proj"


@pytest.fixture
def base(workshop):
    return workshop.llama()


@pytest.fixture
def folder(base, workshop, tmp_path):
    workshop.lora(base, tmp_path / "adapters" / "lora", 1)
    workshop.ia3(base, tmp_path / "adapters" / "ia3", 1)
    return tmp_path / "adapters"


def refused(base, folder, name="lora", **limits):
    shelf = Shelf(base, folder=folder, **limits)
    modules = [name for name, _ in base.named_modules()]
    with pytest.raises(AdapterError) as caught:
        shelf.require(name)
    assert shelf.loaded == ()
    assert [name for name, _ in base.named_modules()] == modules
    assert repr(name) in str(caught.value)
    return str(caught.value)


def reconfigured(folder, name="lora", **fields):
    path = folder / name / CONFIG
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def with_ones(key, *shape, **options):
    return {key: torch.ones(shape, **options)}


def reweighted(folder, change, name="lora"):
    path = folder / name / WEIGHTS
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"peft_type": "LOHA"}, "is of PEFT type 'LOHA'; only LORA and IA3"),
        ({"peft_type": ["LORA"]}, "is of PEFT type ['LORA']"),
        ({"use_dora": True}, "uses use_dora, which cannot be mixed row by row; merge it"),
        ({"modules_to_save": ["lm_head"]}, "uses modules_to_save"),
        ({"trainable_token_indices": [1]}, "uses trainable_token_indices"),
        ({"target_parameters": ["experts.gate"]}, "uses target_parameters"),
        ({"bias": "lora_only"}, "uses bias"),
        ({"bias": "all"}, "uses bias"),
        ({"layer_replication": [[0, 2]]}, "uses layer_replication"),
        ({"alora_invocation_tokens": [1, 2]}, "uses alora_invocation_tokens"),
        ({"arrow_config": {"top_k": 2}}, "uses arrow_config"),
        ({"a_method_of_tomorrow": 0}, "uses a_method_of_tomorrow"),
        ({"init_lora_weights": "pissa_niter_4"}, "starts from 'pissa_niter_4', which changes the base weights"),
        ({"init_lora_weights": "olora"}, "starts from 'olora'"),
        ({"r": 0}, "has r 0 in its config"),
        ({"r": "8"}, "has r '8' in its config"),
        ({"lora_alpha": float("nan")}, "has lora_alpha nan in its config"),
        ({"rank_pattern": {"q_proj": -1}}, "has rank_pattern.q_proj -1"),
        ({"target_modules": "(q_proj"}, "has a pattern in its config that cannot be read"),
        ({"layers_pattern": "layers"}, "has a config that contradicts itself"),
        ({"r": 5}, "has lora_A.weight of shape (4, 64) for 'model.layers.0.mlp.down_proj'"),
        ({"target_modules": [*TARGETS, "o_proj"]}, "has no weights for 'model.layers.0.self_attn.o_proj', which its"),
        ({"lora_bias": True}, "its config needs ['lora_A.weight', 'lora_B.bias', 'lora_B.weight']"),
    ],
)
def test_a_config_that_cannot_be_done_right_is_refused(fields, said, base, folder):
    reconfigured(folder, **fields)
    assert said in refused(base, folder)


def test_training_fields_and_fields_that_are_not_set_do_not_matter(base, folder):
    reconfigured(folder, a_method_of_tomorrow=None, another=False, lora_dropout=0.5, init_lora_weights="gaussian")
    assert Shelf(base, folder=folder).require("lora").rank == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "is not a JSON object"),
        ("[" * 99_999, "cannot be read as JSON"),
        (" " * 1_000_001, "more than 1,000,000 bytes"),
    ],
)
def test_a_config_that_cannot_be_read_is_refused(text, said, base, folder):
    (folder / "lora" / CONFIG).write_text(text)
    assert said in refused(base, folder)


class Bomb:
    def __reduce__(self):
        return (os.mkdir, (os.environ["BOMB"],))


@pytest.mark.parametrize("name", ["adapter_model.bin", "adapter_model.pt", "weights.pkl"])
def test_a_pickle_is_never_opened(name, base, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("BOMB", str(tmp_path / "went off"))
    (folder / "lora" / WEIGHTS).unlink()
    (folder / "lora" / name).write_bytes(pickle.dumps(Bomb()))
    sentence = refused(base, folder)
    assert f"is a pickle ({name}), which can run any program" in sentence
    assert "save_pretrained" in sentence
    assert not (tmp_path / "went off").exists()


def test_a_pickle_beside_safetensors_is_left_alone(base, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("BOMB", str(tmp_path / "went off"))
    (folder / "lora" / "adapter_model.bin").write_bytes(pickle.dumps(Bomb()))
    (folder / "lora" / "training_args.bin").write_bytes(pickle.dumps(Bomb()))
    assert Shelf(base, folder=folder).require("lora").rank == 4
    assert not (tmp_path / "went off").exists()


def test_a_pickle_under_the_name_of_safetensors_is_refused(base, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("BOMB", str(tmp_path / "went off"))
    (folder / "lora" / WEIGHTS).write_bytes(pickle.dumps(Bomb()))
    assert "cannot be read" in refused(base, folder)
    assert not (tmp_path / "went off").exists()


def test_no_weights_at_all_are_refused(base, folder):
    (folder / "lora" / WEIGHTS).unlink()
    assert f"has no {WEIGHTS}" in refused(base, folder)


def test_weights_cut_short_are_refused(base, folder):
    path = folder / "lora" / WEIGHTS
    for kept in (len(path.read_bytes()) - 1, 100, 4, 0):
        path.write_bytes(path.read_bytes()[:kept])
        assert f"has a {WEIGHTS} that cannot be read" in refused(base, folder)


def test_limits_of_rank_and_size_hold(base, folder, workshop):
    assert "has rank 4; the limit is 3" in refused(base, folder, max_rank=3)
    small = load_file(folder / "lora" / WEIGHTS)
    reweighted(folder, lambda tensors: tensors.update({"large": torch.zeros(300_000)}))
    assert "has 1.2 MB of weights; the limit is 1 MB" in refused(base, folder, max_mb=1)
    save_file(small, folder / "lora" / WEIGHTS)
    assert Shelf(base, folder=folder, max_rank=4, max_mb=1).require("lora").rank == 4


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("lora", lambda some: some[f"{Q}.lora_B.weight"].fill_(float("nan")), "numbers that are not finite, in"),
        ("ia3", lambda some: next(iter(some.values())).fill_(float("inf")), "numbers that are not finite, in"),
        ("lora", lambda some: some.pop(f"{Q}.lora_B.weight"), "for 'model.layers.0.self_attn.q_proj' the parts"),
        ("lora", lambda some: some.clear(), "holds no weights"),
        ("lora", lambda some: some.update(with_ones(f"{Q}.lora_magnitude_vector", 32)), "no part of a plain lora"),
        ("ia3", lambda some: some.update(with_ones(f"{Q}.lora_A.weight", 4, 32)), "q_proj' the parts"),
        ("lora", lambda some: some.update(with_ones(f"{Q}.lora_A.weight", 4, 32, dtype=torch.int32)), "in I32; only F"),
        (
            "lora",
            lambda some: some.update(
                with_ones(f"{NORM}.lora_A.weight", 4, 32) | with_ones(f"{NORM}.lora_B.weight", 32, 4)
            ),
            "which is LlamaRMSNorm and not a linear layer",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused(name, change, said, base, folder):
    reweighted(folder, change, name)
    assert said in refused(base, folder, name)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"hidden_size": 16}, "this model and the config need"),
        ({"num_hidden_layers": 1}, "'model.layers.1."),
        ({"intermediate_size": 48}, "this model and the config need"),
    ],
)
@pytest.mark.parametrize("name", ["lora", "ia3"])
def test_an_adapter_of_a_base_of_another_shape_is_refused(fields, said, name, folder, workshop):
    assert said in refused(workshop.llama(**fields), folder, name)


def test_feed_forward_layers_must_be_those_of_the_config(base, folder):
    reconfigured(folder, "ia3", feedforward_modules=["k_proj"], target_modules=["k_proj", "v_proj", "down_proj"])
    assert "has ia3_l of shape" in refused(base, folder, "ia3")


@pytest.mark.parametrize(
    "name",
    [
        *("../adapters/lora", "..", ".", "", "/etc", "a/../lora", "./lora", "lora/", "lora//x"),
        *("a\\b", "C:lora", "lo\nra", "lora\0"),
    ],
)
def test_names_that_lead_out_or_are_no_names_are_refused(name, base, folder):
    assert "is not the name of a folder of adapters" in refused(base, folder, name)


def test_an_absolute_name_of_an_adapter_in_the_folder_is_refused_too(base, folder):
    assert "is not the name" in refused(base, folder, str(folder / "lora"))


def test_links_out_of_the_folder_are_refused_and_links_within_are_not(base, folder, workshop, tmp_path):
    outside = workshop.lora(base, tmp_path / "outside", 2)
    (folder / "linked").symlink_to(outside)
    assert "leads out of" in refused(base, folder, "linked")
    for file in (WEIGHTS, CONFIG):
        (folder / "lora" / file).rename(tmp_path / file)
        (folder / "lora" / file).symlink_to(tmp_path / file)
        assert f"leads out of {str(folder)!r}: {file!r} is a link" in refused(base, folder)
        (folder / "lora" / file).unlink()
        (tmp_path / file).rename(folder / "lora" / file)
    (folder / "alias").symlink_to(folder / "lora")
    assert Shelf(base, folder=folder).require("alias").rank == 4


@pytest.mark.parametrize(
    ("name", "hint"),
    [("lorra", "did you mean lora?"), ("IA-3", "known: ia3, lora, team/one"), ("team/on", "did you mean team/one?")],
)
def test_an_unknown_name_is_answered_with_near_ones(name, hint, base, folder, workshop):
    workshop.lora(base, folder / "team" / "one", 3)
    assert hint in refused(base, folder, name)


def test_no_folder_of_adapters_is_said(base, tmp_path):
    assert "without a folder of adapters; add adapters=FOLDER" in refused(base, None)
    assert "there is no folder" in refused(base, tmp_path / "nowhere")
    assert "there is no adapter in that folder" in refused(base, tmp_path)

"""Every row of a mixed batch is what it is alone, and the base is what it was."""

import copy
import hashlib

import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

import torch

from agents.llm.engines.adapters import Shelf

ROWS = [None, "plain", "keys", "v1.2", None, "team/wide", "gates", "plain", "head", "keys", None, "v1.2", "plain"]
"""All kinds mixed: LoRAs of three ranks, two (IA)3, rows of the base."""
EVEN = 16


@pytest.fixture
def model(base):
    return copy.deepcopy(base)


@pytest.fixture
def shelf(model, folder):
    return Shelf(model, folder=folder)


def ids(model, rows, length=EVEN, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(3, model.config.vocab_size, (rows, length), generator=generator)


def logits(shelf, tokens, names):
    with shelf.using(names) as extra, torch.inference_mode():
        return shelf.model(input_ids=tokens, **extra).logits


def padded(names, tokens):
    """A batch filled up to sixteen rows by rows of the base, as exact batches are."""
    missing = -len(names) % EVEN
    return [*names, *[None] * missing], torch.cat([tokens, tokens[:1].expand(missing, -1)])


def peft_alone(workshop, base, folder, name, tokens):
    """What PEFT itself makes of the one adapter over a base of its own: the separate run."""
    alone = base if name is None else workshop.alone(base, folder / name)
    with torch.inference_mode():
        return alone(input_ids=tokens).logits


def digest(model):
    total = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        total.update(name.encode() + value.numpy().tobytes())
    return total.hexdigest()


def test_every_row_of_a_mixed_batch_is_as_in_a_separate_run_of_peft(workshop, base, folder, shelf, model):
    tokens = ids(model, len(ROWS))
    mixed = logits(shelf, tokens, ROWS)
    plain = peft_alone(workshop, base, folder, None, tokens)
    for row, name in enumerate(ROWS):
        alone = peft_alone(workshop, base, folder, name, tokens[row : row + 1])
        torch.testing.assert_close(mixed[row : row + 1], alone, atol=2e-4, rtol=1e-4)
        assert name is None or (mixed[row] - plain[row]).abs().max() > 0.01, f"{name} changes nothing"


def test_a_row_does_not_depend_on_its_neighbours_to_the_bit(shelf, model):
    names, tokens = padded(ROWS, ids(model, len(ROWS)))
    mixed = logits(shelf, tokens, names)
    for row, name in enumerate(ROWS):
        alone, own = padded([name], tokens[row : row + 1])
        assert torch.equal(logits(shelf, own, alone)[0], mixed[row]), f"row {row}, {name}"


def test_decoding_from_a_cache_does_not_depend_on_neighbours_to_the_bit(shelf, model):
    names, tokens = padded(ROWS, ids(model, len(ROWS)))
    mixed = decoded(shelf, tokens, names)
    for row, name in enumerate(ROWS):
        alone, own = padded([name], tokens[row : row + 1])
        assert torch.equal(decoded(shelf, own, alone)[0], mixed[row]), f"row {row}, {name}"


def decoded(shelf, tokens, names, steps=4):
    """The logits of some greedy steps, one token at a time."""
    with shelf.using(names) as extra, torch.inference_mode():
        out = shelf.model(input_ids=tokens, use_cache=True, **extra)
        found = [out.logits[:, -1]]
        for _ in range(steps):
            token = found[-1].argmax(-1, keepdim=True)
            out = shelf.model(input_ids=token, past_key_values=out.past_key_values, use_cache=True, **extra)
            found.append(out.logits[:, -1])
    return torch.stack(found, dim=1)


@pytest.mark.parametrize(
    "names", [["plain", "v1.2", "plain"], ["keys", "gates", None, "keys"], ["plain", "keys", None], [None, None]]
)
def test_greedy_texts_of_a_mixed_batch_are_those_of_separate_runs(names, workshop, base, folder, shelf, model):
    tokens = ids(model, len(names), length=12, seed=7)
    options = {"max_new_tokens": 12, "do_sample": False, "eos_token_id": None, "pad_token_id": 0}
    with shelf.using(names) as extra:
        mixed = shelf.model.generate(input_ids=tokens, attention_mask=torch.ones_like(tokens), **options, **extra)
    for row, name in enumerate(names):
        alone = base if name is None else workshop.alone(base, folder / name)
        own = tokens[row : row + 1]
        text = alone.generate(input_ids=own, attention_mask=torch.ones_like(own), **options)
        assert mixed[row].tolist() == text[0].tolist(), f"row {row}, {name}"


@pytest.mark.parametrize(
    ("first", "second"), [("plain", "v1.2"), ("keys", "gates"), ("plain", "keys"), ("keys", "head")]
)
def test_going_to_another_adapter_and_back_gives_equal_logits_to_the_bit(first, second, shelf, model):
    tokens = ids(model, 3)
    before = logits(shelf, tokens, [first] * 3)
    between = logits(shelf, tokens, [second] * 3)
    assert torch.equal(logits(shelf, tokens, [first] * 3), before)
    assert not torch.equal(between, before)


def test_rows_of_the_base_are_those_of_a_model_never_wrapped_to_the_bit(base, shelf, model):
    names, tokens = padded(ROWS, ids(model, len(ROWS)))
    mixed = logits(shelf, tokens, names)
    with torch.inference_mode():
        untouched = base(input_ids=tokens).logits
        around = model(input_ids=tokens).logits
    for row, name in enumerate(names):
        assert name is not None or torch.equal(mixed[row], untouched[row])
    assert torch.equal(logits(shelf, tokens, [None] * len(names)), untouched)
    assert torch.equal(around, untouched), "who runs the model past the shelf gets the base"


def test_base_weights_and_the_generator_of_the_process_stay_as_they_were(shelf, model):
    before, chance = digest(model), torch.random.get_rng_state()
    own = {name: (value.data_ptr(), value.clone()) for name, value in model.named_parameters()}
    logits(shelf, ids(model, len(ROWS)), ROWS)
    for name, value in model.named_parameters():
        if ".lora_" not in name:
            pointer, copied = own.pop(name.replace(".base_layer.", "."))
            assert value.data_ptr() == pointer
            assert torch.equal(value, copied)
    assert not own
    for name in {name for name in ROWS if name is not None}:
        shelf.drop(name)
    assert digest(model) == before, "with the last adapter gone, the model has its own layers and names again"
    assert torch.equal(torch.random.get_rng_state(), chance)


def test_nothing_stays_installed_when_a_batch_fails(base, shelf, model):
    tokens = ids(model, 2)
    with pytest.raises(ValueError, match=r"given 1 rows|2 and 1"), shelf.using(["keys", "plain"]) as extra:
        shelf.model(input_ids=tokens[:1], **extra)
    with torch.inference_mode():
        assert torch.equal(model(input_ids=tokens).logits, base(input_ids=tokens).logits)


def test_a_lora_with_biases_and_layers_as_gpt2_has_them_mix_too(workshop, tmp_path):
    base = workshop.gpt2()
    workshop.lora(base, tmp_path / "a", 1, target_modules=["c_attn", "c_proj"], fan_in_fan_out=True, lora_bias=True)
    workshop.lora(base, tmp_path / "b", 2, target_modules=["c_fc"], fan_in_fan_out=True, r=5)
    workshop.ia3(
        base,
        tmp_path / "c",
        3,
        target_modules=["c_attn", "mlp.c_proj"],
        feedforward_modules=["mlp.c_proj"],
        fan_in_fan_out=True,
    )
    shelf = Shelf(copy.deepcopy(base), folder=tmp_path)
    names = ["a", "b", None, "c", "a"]
    tokens = ids(base, len(names))
    mixed = logits(shelf, tokens, names)
    for row, name in enumerate(names):
        alone = peft_alone(workshop, base, tmp_path, name, tokens[row : row + 1])
        torch.testing.assert_close(mixed[row : row + 1], alone, atol=2e-4, rtol=1e-4)


def test_a_base_in_bfloat16_takes_adapters_in_its_own_precision(workshop, tmp_path):
    base = workshop.llama().to(torch.bfloat16)
    workshop.lora(base, tmp_path / "a", 1)
    workshop.ia3(base, tmp_path / "b", 2)
    shelf = Shelf(copy.deepcopy(base), folder=tmp_path)
    tokens = ids(base, 3)
    mixed = logits(shelf, tokens, ["a", "b", None])
    assert mixed.dtype is torch.bfloat16
    for row, name in enumerate(["a", "b", None]):
        alone = peft_alone(workshop, base, tmp_path, name, tokens[row : row + 1])
        torch.testing.assert_close(mixed[row : row + 1], alone, atol=0.06, rtol=0.06)

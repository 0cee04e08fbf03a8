"""Requests with adapters and without share batches, and say what they say alone."""

import asyncio
import warnings

import pytest

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")

from agents.llm.errors import AdapterError  # noqa: E402
from arena.core.generation import Request, Sampling  # noqa: E402


@pytest.fixture
def adapters(folder, tmp_path):
    """A folder with two LoRA adapters and an (IA)3 one over the trained model, of seeded numbers."""
    from transformers import AutoModelForCausalLM

    kinds = {
        "low": peft.LoraConfig(r=4, lora_alpha=64, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
        "high": peft.LoraConfig(r=8, lora_alpha=128, target_modules=["q_proj", "down_proj"], task_type="CAUSAL_LM"),
        "scaled": peft.IA3Config(
            target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"], task_type="CAUSAL_LM"
        ),
    }
    for number, (name, config) in enumerate(kinds.items()):
        with warnings.catch_warnings():  # peft asks transformers in words of the version before
            warnings.simplefilter("ignore", FutureWarning)
            model = peft.get_peft_model(AutoModelForCausalLM.from_pretrained(folder), config)
        chance = torch.Generator().manual_seed(number)
        for part, weights in model.named_parameters():
            if "lora_" in part or "ia3_" in part:
                noise = torch.randn(weights.shape, generator=chance)
                weights.data = 1 + noise * 0.4 if "ia3_" in part else noise * 0.2
        model.save_pretrained(tmp_path / name)
    return tmp_path


@pytest.mark.slow
def test_rows_of_all_adapters_mix_and_say_what_they_say_alone(engines, folder, adapters):
    from agents.llm.engines.local.loading import load
    from agents.llm.engines.local.settings import Settings

    def engine(**more):
        return engines(load(str(folder), Settings(device="cpu")), adapters=adapters, **more)

    names = [None, "low", "scaled", "high", None, "low", "scaled"]
    asked = [Request("Once upon a time", Sampling(0.0, max_tokens=12), adapter=name) for name in names]

    async def ask(mixed):
        both = (
            [mixed.complete(one) for one in asked],
            [mixed.score("Once upon a time", ", there", name) for name in names],
        )
        return await asyncio.gather(*both[0]), await asyncio.gather(*both[1])

    mixed = engine()
    answers, scores = asyncio.run(ask(mixed))
    assert asyncio.run(ask(mixed)) == (answers, scores)

    async def alone(single):
        texts = [(await single.complete(one)).text for one in asked]
        return texts, [await single.score("Once upon a time", ", there", name) for name in names]

    texts, single_scores = asyncio.run(alone(engine()))
    assert [answer.text for answer in answers] == texts
    assert len(set(texts)) == 4
    for one, other in zip(scores, single_scores, strict=True):
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-4)
    with pytest.raises(AdapterError, match="missing"):
        asyncio.run(mixed.complete(Request("Once", adapter="missing")))

"""A row's numbers are equal to the bit, and so are texts, whoever else is in the batch (float32, CPU)."""

import asyncio
from random import Random

import pytest

torch = pytest.importorskip("torch")

from agents.llm.engines.local.shape import GRAIN, padded  # noqa: E402
from arena.core.generation import Request, Sampling  # noqa: E402

STEPS = 8
STORY = "Once upon a time there was a little girl who had a big red ball and a dog that ran to the sea"
WORDS = STORY.split()


def logits(model, rows):
    """What the model foretells at every step, shape `(rows, steps, vocabulary)`."""
    ids, mask = padded(rows, 0, torch.device("cpu"), is_exact=True)
    with torch.inference_mode():
        output = model.generate(
            input_ids=ids,
            attention_mask=mask,
            do_sample=False,
            max_new_tokens=STEPS,
            pad_token_id=0,
            return_dict_in_generate=True,
            output_logits=True,
        )
    return torch.stack(output.logits, dim=1)[: len(rows)]


def rows_of_many_lengths(count, longest, seed):
    rng = Random(seed)
    return [[rng.randrange(3, 400) for _ in range(rng.randrange(1, longest))] for _ in range(count)]


def other(name):
    """A random model of another shape."""
    from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

    with torch.random.fork_rng():
        torch.manual_seed(1)
        if name == "gpt2":
            ends = {"bos_token_id": None, "eos_token_id": None}
            return GPT2LMHeadModel(GPT2Config(vocab_size=600, n_embd=96, n_layer=2, n_head=6, **ends)).eval()
        sizes = {"vocab_size": 700, "hidden_size": 320, "intermediate_size": 864, "num_hidden_layers": 2}
        heads = {"num_attention_heads": 5, "num_key_value_heads": 5}
        return LlamaForCausalLM(LlamaConfig(**sizes, **heads)).eval()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stories", "llama", "gpt2"])
@pytest.mark.parametrize("longest", [15, 100])
def test_alone_among_31_others_and_in_other_groups_the_logits_are_equal_to_the_bit(loaded, name, longest):
    model = loaded.model if name == "stories" else other(name)
    rows = rows_of_many_lengths(32, longest, seed=longest)
    everyone = logits(model, rows)
    for size in (1, 5, 17):
        for start in range(0, 32 if size > 1 else 8, size):
            assert torch.equal(logits(model, rows[start : start + size]), everyone[start : start + size])


def test_exact_shapes_are_rounded_and_never_without_padding():
    for longest in (1, 15, 16, 31, 32):
        ids, mask = padded([[7] * longest, [7]], 0, torch.device("cpu"), is_exact=True)
        assert ids.shape[0] % GRAIN == 0
        assert ids.shape[1] % GRAIN == 0
        assert not mask[:, 0].any()
        assert mask.sum(-1).tolist()[:2] == [longest, 1]


def requests():
    rng = Random(5)
    prompts = [" ".join(WORDS[: rng.randrange(2, len(WORDS))]) for _ in range(32)]
    kinds = [Sampling(0.0), Sampling(0.7), Sampling(1.0, top_k=20), Sampling(1.0, top_p=0.9), Sampling(1.5)]
    return [
        Request(prompt, Sampling(**(vars_of(kinds[at % 5]) | {"max_tokens": 4 + 3 * (at % 7)})), seed=at * 1000 + 7)
        for at, prompt in enumerate(prompts)
    ]


def vars_of(sampling):
    return {name: getattr(sampling, name) for name in ("temperature", "top_p", "top_k")}


async def ask(engine, asked, watch=None):
    return [answer.text for answer in await asyncio.gather(*(engine.complete(one, watch) for one in asked))]


def test_texts_are_equal_alone_and_among_31_others_in_any_order_streamed_or_not(engines):
    asked = requests()
    wanted = asyncio.run(ask(engines(), asked))
    assert len(set(wanted)) > 25

    async def alone():
        engine = engines()
        return [(await engine.complete(one)).text for one in asked[:10]]

    assert asyncio.run(alone()) == wanted[:10]
    assert asyncio.run(ask(engines(), asked[::-1]))[::-1] == wanted
    assert asyncio.run(ask(engines(), asked, lambda piece: None)) == wanted
    assert asyncio.run(ask(engines(rows=5), asked)) == wanted
    assert asyncio.run(ask(engines(window=0.0), asked)) == wanted


def test_scores_are_equal_to_the_bit_alone_and_among_others(engines):
    asked = requests()[: len(WORDS)]
    pairs = [(one.prompt, f" {WORDS[at]} and {WORDS[at % 9]}") for at, one in enumerate(asked)]

    async def score(engine, some):
        return await asyncio.gather(*(engine.score(*pair) for pair in some))

    wanted = asyncio.run(score(engines(), pairs))
    for at in (0, 7, 15):
        assert asyncio.run(score(engines(), pairs[at : at + 1])) == [wanted[at]]

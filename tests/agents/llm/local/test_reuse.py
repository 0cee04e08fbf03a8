"""What was read before is not read again, and answers stay the same."""

import asyncio

import pytest

torch = pytest.importorskip("torch")

from agents.llm.engines.local.job import Job  # noqa: E402
from agents.llm.engines.local.reuse import Reuse  # noqa: E402
from agents.llm.engines.local.shape import padded  # noqa: E402
from arena.core.generation import Request, Sampling  # noqa: E402

OPENINGS = [
    "Once upon a time there was a little girl named Lily who lived in a small house near the sea. " * 2,
    "Tom and his dog went to the park. They saw a big tree, a red ball, a cat and three birds. Then " * 2,
    "The sun was hot. " * 5,
]


def job(loaded, prompt, adapter=None, most=6):
    return Job(loaded.tokens.of(prompt), Sampling(0.0, max_tokens=most), 0, loaded.tokens, adapter=adapter)


def read(loaded, jobs, reuse):
    """Read prompts as the runner does, and keep them."""
    ids, mask = padded([one.all_ids for one in jobs], 0, loaded.device, is_exact=False)
    for one in jobs:
        one.take(5)
    with torch.inference_mode():
        output = loaded.model.generate(
            input_ids=ids, attention_mask=mask, max_new_tokens=1, pad_token_id=0, return_dict_in_generate=True
        )
        reuse.keep(jobs, mask, output.past_key_values)


def test_prompts_that_begin_alike_are_read_on_from_there_with_the_same_logits(loaded):
    reuse = Reuse(2**30)
    read(loaded, [job(loaded, opening) for opening in OPENINGS], reuse)
    later = [job(loaded, opening + "Then a boy came and said: Hello") for opening in OPENINGS]
    found = [reuse.find(one) for one in later]
    lengths = [len(loaded.tokens.of(opening)) for opening in OPENINGS]
    assert all(one.many >= length - 2 for one, length in zip(found, lengths, strict=True))
    with torch.inference_mode():
        joined = reuse.join(later, found, 0, loaded.device)
        how = {"max_new_tokens": 6, "pad_token_id": 0, "return_dict_in_generate": True, "output_logits": True}
        on = loaded.model.generate(
            input_ids=joined.ids, attention_mask=joined.mask, past_key_values=joined.cache, **how
        )
        ids, mask = padded([one.all_ids for one in later], 0, loaded.device, is_exact=False)
        anew = loaded.model.generate(input_ids=ids, attention_mask=mask, **how)
    assert torch.allclose(torch.stack(on.logits), torch.stack(anew.logits), atol=1e-4)
    assert torch.equal(on.sequences[:, -6:], anew.sequences[:, -6:])


def test_a_match_says_the_same_with_and_without(engines):
    async def turns(engine):
        texts = list(OPENINGS)
        for turn in range(4):
            asked = [Request(text, Sampling(0.0, max_tokens=12), turn) for text in texts]
            answers = await asyncio.gather(*map(engine.complete, asked))
            texts = [f"{text}{answer.text} And then" for text, answer in zip(texts, answers, strict=True)]
        return texts

    with_it, without = engines(reuse=True), engines()
    assert asyncio.run(turns(with_it)) == asyncio.run(turns(without))
    assert with_it._static._reuse.tokens_saved > 200


def test_another_adapter_or_a_short_beginning_is_of_no_use(loaded):
    reuse = Reuse(2**30)
    read(loaded, [job(loaded, OPENINGS[0])], reuse)
    assert reuse.find(job(loaded, OPENINGS[0] + "Then")) is not None
    assert reuse.find(job(loaded, OPENINGS[0] + "Then", adapter="other")) is None
    assert reuse.find(job(loaded, "Once upon a time there was a cow. " + OPENINGS[1])) is None
    assert reuse.find(job(loaded, "Once")) is None


def test_the_last_token_of_a_prompt_is_always_read(loaded):
    reuse = Reuse(2**30)
    read(loaded, [job(loaded, OPENINGS[0])], reuse)
    again = job(loaded, OPENINGS[0])
    assert reuse.find(again).many == len(again.ids) - 1


def test_memory_is_bounded_and_the_longest_unused_goes(loaded):
    reuse = Reuse(2**30)
    read(loaded, [job(loaded, OPENINGS[0])], reuse)
    one = reuse.bytes
    small = Reuse(int(one * 2.5))
    for opening in (OPENINGS[0], OPENINGS[2], OPENINGS[0], OPENINGS[1][: len(OPENINGS[0])]):
        read(loaded, [job(loaded, opening)], small)
    assert 0 < small.bytes <= one * 2.5
    assert small.find(job(loaded, OPENINGS[0] + "Then")) is not None
    assert small.find(job(loaded, OPENINGS[2] + "Then")) is None


def test_what_a_longer_one_covers_is_not_kept_twice(loaded):
    reuse = Reuse(2**30)
    read(loaded, [job(loaded, OPENINGS[0])], reuse)
    one = reuse.bytes
    read(loaded, [job(loaded, OPENINGS[0])], reuse)
    assert reuse.bytes == one

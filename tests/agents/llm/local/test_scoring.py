"""Scores are what the model's own logits say, token by token."""

import asyncio
import math

import pytest

torch = pytest.importorskip("torch")


def by_hand(loaded, prompt, text):
    """Log-probabilities and ranks from one plain pass over the tokens."""
    before = loaded.tokens.of(prompt)
    ids = loaded.tokens.after(before, text)
    with torch.inference_mode():
        logits = loaded.model(torch.tensor([[*before, *ids]])).logits[0, len(before) - 1 : -1].double()
    logprobs = logits.log_softmax(-1)
    taken = [float(row[token]) for row, token in zip(logprobs, ids, strict=True)]
    ranks = [1 + sum(1 for other in row if other > row[token]) for row, token in zip(logprobs, ids, strict=True)]
    return taken, ranks


CASES = [
    ("Once upon a time, ", "there was a little girl"),
    ("Once upon a time", ", there"),
    ("Once upon a ti", "me"),
    ("", "Once upon a time"),
    ("The cat sat on the mat. " * 20, "The dog"),
    ("The", " x"),
]


def test_a_batch_of_texts_is_scored_as_by_hand(engines, loaded):
    engine = engines()

    async def ask():
        return await asyncio.gather(*(engine.score(prompt, text) for prompt, text in CASES))

    for scored, (prompt, text) in zip(asyncio.run(ask()), CASES, strict=True):
        logprobs, ranks = by_hand(loaded, prompt, text)
        assert scored.logprobs == pytest.approx(logprobs, abs=1e-4)
        assert list(scored.ranks) == ranks
        assert len(scored.tokens) == len(ranks)
        assert scored.total == pytest.approx(sum(logprobs), abs=1e-3)


def test_a_text_without_tokens_has_an_empty_score(engines):
    assert asyncio.run(engines().score("Once", "")).tokens == ()


def test_what_is_drawn_without_chance_is_always_the_likeliest(engines, loaded):
    from arena.core.generation import Request, Sampling

    engine = engines()

    async def ask():
        answer = await engine.complete(Request("Once upon a time, ", Sampling(0.0, max_tokens=12)))
        return answer, await engine.score("Once upon a time, ", answer.text)

    answer, scored = asyncio.run(ask())
    assert answer.text
    assert set(scored.ranks[:-1]) == {1}
    assert all(-5 < one <= 0 for one in scored.logprobs[:-1])


def test_every_next_token_of_a_vocabulary_has_one_chance(engines, loaded):
    with torch.inference_mode():
        logits = loaded.model(torch.tensor([loaded.tokens.of("Once upon a time, ")])).logits[0, -1]
    best = int(logits.argmax())
    text = loaded.tokens.spelled(loaded.tokens.of("Once upon a time, "), [best])
    scored = asyncio.run(engines().score("Once upon a time, ", text))
    assert scored.ranks == (1,)
    assert math.exp(scored.total) == pytest.approx(float(logits.softmax(-1)[best]), abs=1e-5)

"""Temperature, top-k and top-p leave in what the library's own leave in, row by row."""

import pytest

torch = pytest.importorskip("torch")

from transformers import TopKLogitsWarper, TopPLogitsWarper  # noqa: E402 - needs torch

from agents.llm.engines.local.choosing import Chooser, Choosing  # noqa: E402
from arena.core.generation import Sampling  # noqa: E402

VOCAB = 700


def logits(rows, seed=0):
    return torch.randn(rows, VOCAB, generator=torch.Generator().manual_seed(seed)) * 3


def noisy(scores, samplings, seeds=None, step=0):
    seeds = seeds or range(len(samplings))
    choosing = Choosing.of(list(zip(samplings, seeds, strict=True)), VOCAB, torch.device("cpu"))
    return choosing.noisy(scores.clone(), torch.full((len(samplings),), step))


@pytest.mark.parametrize("k", [1, 2, 40, VOCAB, VOCAB + 5])
def test_top_k_leaves_in_the_likeliest(k):
    scores = logits(4)
    wanted = TopKLogitsWarper(k)(None, scores.clone())
    assert torch.equal(torch.isfinite(noisy(scores, [Sampling(1.0, top_k=k)] * 4)), torch.isfinite(wanted))


@pytest.mark.parametrize("p", [0.01, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("heat", [0.3, 1.0, 30.0])
def test_top_p_leaves_in_the_least_set_that_holds_the_chance(p, heat):
    scores = logits(4)
    wanted = TopPLogitsWarper(p)(None, scores / heat)
    assert torch.equal(torch.isfinite(noisy(scores, [Sampling(heat, top_p=p)] * 4)), torch.isfinite(wanted))


def test_top_p_is_taken_of_what_top_k_left():
    scores = logits(4)
    wanted = TopPLogitsWarper(0.8)(None, TopKLogitsWarper(9)(None, scores.clone()))
    assert torch.equal(torch.isfinite(noisy(scores, [Sampling(1.0, 0.8, 9)] * 4)), torch.isfinite(wanted))


def test_rows_of_all_kinds_choose_together_as_they_choose_alone():
    samplings = [Sampling(0), Sampling(0.7), Sampling(1.3, top_k=5), Sampling(0.9, top_p=0.6), Sampling(2, 0.9, 50)]
    scores = logits(5)
    together = noisy(scores, samplings, seeds=[9, 8, 7, 6, 5], step=3)
    for row, sampling in enumerate(samplings):
        alone = noisy(scores[row : row + 1], [sampling], seeds=[9 - row], step=3)
        assert int(alone.argmax()) == int(together[row].argmax())
        if sampling.temperature > 0:
            assert torch.equal(alone[0], together[row])


def test_without_temperature_the_likeliest_is_taken():
    scores = logits(8)
    assert torch.equal(noisy(scores, [Sampling(0, 0.5, 3)] * 8).argmax(-1), scores.argmax(-1))


def test_tokens_as_likely_as_the_last_that_stays_stay_too():
    scores = torch.zeros(1, VOCAB)
    for sampling in (Sampling(1.0, top_k=3), Sampling(1.0, top_p=0.1)):
        assert torch.isfinite(noisy(scores, [sampling])).all()


def test_samples_follow_the_chances_within_the_cut():
    scores = logits(1).expand(20_000, VOCAB)
    taken = noisy(scores, [Sampling(1.0, top_k=3)] * 20_000).argmax(-1)
    best = scores[0].topk(3)
    found = torch.stack([(taken == token).float().mean() for token in best.indices])
    assert torch.allclose(found, best.values.softmax(-1), atol=0.015)


def test_each_step_has_noise_of_its_own_counted_from_where_a_row_is():
    choosing = Choosing.of([(Sampling(1.0), 4)] * 2, VOCAB, torch.device("cpu"))
    chooser = Chooser(choosing, torch.tensor([0, 1]))
    first, second = (chooser(None, torch.zeros(2, VOCAB)) for _ in range(2))
    assert torch.equal(first[1], second[0])
    assert not torch.equal(first[0], second[0])


def test_seeds_of_any_size_are_taken():
    rows = [(Sampling(1.0), seed) for seed in (2**64 - 1, -1, 2**200 + 3, 3)]
    found = Choosing.of(rows, VOCAB, torch.device("cpu")).seeds.tolist()
    assert found == [-1, -1, 3, 3]

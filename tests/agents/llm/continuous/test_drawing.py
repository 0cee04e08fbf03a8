"""What a request brings to a continuous batch, and what top-k and top-p leave of its tokens."""

from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")

from agents.llm.engines.local.choosing import Choosing  # noqa: E402 - only where torch is
from agents.llm.engines.local.continuous.drawing import Drawing, cut  # noqa: E402
from arena.core.generation import Sampling  # noqa: E402

from .small import job, words  # noqa: E402

NONE = float("-inf")


@pytest.mark.parametrize(
    ("top_k", "top_p", "left"),
    [
        (0, 1.0, [0, 1, 2, 3]),
        (2, 1.0, [0, 1]),
        (4, 1.0, [0, 1, 2, 3]),
        (9, 1.0, [0, 1, 2, 3]),
        (0, 0.5, [0]),
        (0, 0.7, [0, 1]),
        (0, 0.0, [0]),
        (3, 0.85, [0, 1]),
        (0, 0.85, [0, 1, 2]),
    ],
)
def test_top_k_and_then_top_p_leave_the_likeliest(top_k, top_p, left):
    scores = torch.tensor([[0.55, 0.25, 0.12, 0.08]]).log()
    kept = cut(scores, torch.tensor([top_k]), torch.tensor([top_p]))
    assert [token for token in range(4) if kept[0, token] > NONE] == left
    assert torch.equal(kept[0, left], scores[0, left])


def test_equally_likely_tokens_stay_or_go_together():
    kept = cut(torch.tensor([[1.0, 1.0, 0.0]]), torch.tensor([1]), torch.tensor([1.0]))
    assert kept.tolist() == [[1.0, 1.0, NONE]]


def test_rows_are_drawn_as_in_a_static_batch():
    torch_rows = [
        (Sampling(temperature=0.0), 1),
        (Sampling(temperature=0.7), 2**63 + 5),
        (Sampling(temperature=1.3, top_k=7), -1),
        (Sampling(temperature=0.9, top_p=0.6), 2**31),
        (Sampling(temperature=0.9, top_k=30, top_p=0.9), 12345),
    ]
    logits = torch.randn(len(torch_rows), 100, generator=torch.Generator().manual_seed(0)) * 3
    tokens, steps = words(), [0, 1, 5, 40, 3]
    requests = []
    for (sampling, seed), step in zip(torch_rows, steps, strict=True):
        one = job(
            tokens, (1, 2, 3), seed, **{name: getattr(sampling, name) for name in ("temperature", "top_k", "top_p")}
        )
        state = SimpleNamespace(logit_processor_kwargs=Drawing.brought(one), position_offset=3 + step)
        requests.append(SimpleNamespace(state=state, has_new_token=True))
    requests.insert(2, SimpleNamespace(state=None, has_new_token=False))  # still reads its prompt
    drawing = Drawing(cuts=True)
    storage = torch.zeros(Drawing.ROWS, 16, dtype=torch.int32)
    drawing.prepare_tensor_args(requests, storage)
    drawn = drawing(None, logits.clone(), storage[:, : len(torch_rows)])
    static = Choosing.of(torch_rows, 100, logits.device).noisy(logits.clone(), torch.tensor(steps))
    assert torch.equal(drawn.argmax(-1), static.argmax(-1))
    assert torch.equal(drawn[1:], static[1:])


def test_rows_that_fill_up_are_greedy():
    drawing = Drawing(cuts=True)
    storage = torch.ones(Drawing.ROWS, 1, dtype=torch.int32)
    drawing.fill_defaults(storage)
    assert drawing(None, torch.tensor([[0.0, 3.0, 1.0]]), storage).argmax(-1).tolist() == [1]


def test_what_a_request_brings_is_what_the_library_checks_for():
    Drawing(cuts=False).check_kwargs(Drawing.brought(job(words(), (1, 2), 2**80)))
    with pytest.raises(TypeError, match="temperature"):
        Drawing(cuts=False).check_kwargs({"temperature": 1})

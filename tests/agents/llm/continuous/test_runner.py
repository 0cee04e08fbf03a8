"""A continuous batch answers every job as if it were alone, and no job takes another with it."""

import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
from transformers import LogitsProcessorList  # noqa: E402 - only where torch is

from agents.llm.engines.local.choosing import Chooser, Choosing  # noqa: E402
from agents.llm.engines.local.continuous import ContinuousRunner, Sizes  # noqa: E402
from agents.llm.errors import ContextError, OutOfMemoryError  # noqa: E402
from arena.core.errors import EngineError, EngineTimeoutError  # noqa: E402
from arena.core.generation import Ending  # noqa: E402

from .small import POISON, SECONDS, Gate, brittle, error_of, ids_of, job, words  # noqa: E402

PROMPTS = ("Once upon a time", "The cat", "Lily liked to play with her ball in the park. One day she", "Tom was sad")
SMALL = Sizes(rows=16, batch_tokens=128, page=16, pages=128)


@pytest.fixture
def run():
    """Begins runners, and closes them after the test."""
    begun = []

    def begin(model, **options):
        begun.append(ContinuousRunner(model, name="small", **options))
        return begun[-1]

    yield begin
    for runner in begun:
        runner.close()


def settled(condition):
    """Whether a condition comes true within the time that a test waits."""
    end = time.monotonic() + SECONDS
    while not condition() and time.monotonic() < end:
        threading.Event().wait(0.005)
    return condition()


def submitted(runner, *jobs):
    for it in jobs:
        runner.submit(it)
    return jobs


def generated(model, ids, most, processors=()):
    with torch.no_grad():
        line = model.generate(
            torch.tensor([ids]),
            attention_mask=torch.ones(1, len(ids), dtype=torch.long),
            logits_processor=LogitsProcessorList(processors),
            do_sample=False,
            max_new_tokens=most,
            pad_token_id=0,
        )
    return tuple(line[0, len(ids) :].tolist())


def test_greedy_texts_are_those_of_generate(stories, run):
    model, tokens = stories
    runner = run(model, ends=tokens.ends)
    jobs = submitted(runner, *(job(tokens, tokens.of(text), temperature=0.0, most=32) for text in PROMPTS))
    assert [ids_of(it) for it in jobs] == [generated(model, it.ids, 32) for it in jobs]


@pytest.mark.parametrize(("top_k", "top_p"), [(0, 1.0), (20, 1.0), (0, 0.8), (50, 0.9)])
def test_samples_are_those_of_a_static_batch(stories, run, top_k, top_p):
    model, tokens = stories
    runner = run(model, ends=tokens.ends)
    cut = {"temperature": 0.8, "top_k": top_k, "top_p": top_p, "most": 24}
    seeds = (3, 2**40 + 1, -7, 2**63)
    jobs = submitted(
        runner, *(job(tokens, tokens.of(text), seed, **cut) for text, seed in zip(PROMPTS, seeds, strict=True))
    )
    for it in jobs:
        choosing = Choosing.of([(it.sampling, it.seed)], model.config.vocab_size, model.device)
        chooser = Chooser(choosing, torch.zeros(1, dtype=torch.int64))
        assert ids_of(it) == generated(model, it.ids, 24, [chooser])


def test_a_sample_is_the_same_alone_and_among_31_others(stories, run):
    model, tokens = stories
    runner = run(model, ends=tokens.ends)
    rng = random.Random(5)
    prompts = [tuple(rng.randrange(3, 2048) for _ in range(rng.randint(2, 60))) for _ in range(32)]

    def asked(number):
        return job(tokens, prompts[number], number * 0x9E3779B97F4A7C15, temperature=0.7, most=24)

    together = submitted(runner, *map(asked, range(32)))
    among = [ids_of(it) for it in together]
    alone = [ids_of(*submitted(runner, asked(number))) for number in range(32)]
    assert among == alone
    assert len(set(among)) > 16


def test_every_request_has_its_own_sampling(run):
    model, tokens = brittle(), words()
    runner = run(model, sizes=SMALL)
    greedy, single, hot = submitted(
        runner,
        job(tokens, (1, 2, 3), temperature=0.0),
        job(tokens, (1, 2, 3), 8, temperature=2.0, top_k=1),
        job(tokens, (1, 2, 3), 8, temperature=50.0),
    )
    assert ids_of(greedy) == ids_of(single) == generated(model, (1, 2, 3), 16)
    assert ids_of(hot) != ids_of(greedy)


def test_those_that_run_go_on_where_top_k_comes_in(run):
    tokens, gate = words(), Gate()
    runner = run(brittle(), sizes=SMALL)
    before = job(tokens, (4, 5), 1, most=40, watch=gate)
    submitted(runner, before)
    assert gate.reached.wait(SECONDS)
    after = job(tokens, (6, 7), 2, top_k=5)
    submitted(runner, after)
    gate.opened.set()
    assert len(ids_of(after)) == 16
    assert ids_of(before) == ids_of(*submitted(runner, job(tokens, (4, 5), 1, most=40)))


def test_an_answer_ends_before_a_stop_text_and_frees_its_place(stories, run):
    model, tokens = stories
    runner = run(model, ends=tokens.ends)
    (it,) = submitted(runner, job(tokens, tokens.of("Once upon a time"), temperature=0.0, most=200, stop=(".",)))
    completion = it.answer.result(SECONDS)
    assert completion.ending is Ending.STOP
    assert "." not in completion.text
    assert completion.tokens < 200
    assert settled(lambda: runner.live == 0)


def test_text_is_streamed_as_it_is_drawn(stories, run):
    model, tokens = stories
    pieces = []
    (it,) = submitted(
        run(model, ends=tokens.ends), job(tokens, tokens.of("The cat"), temperature=0.0, watch=pieces.append)
    )
    completion = it.answer.result(SECONDS)
    assert "".join(pieces) == completion.text
    assert len(pieces) > 4


def test_cancelling_frees_the_place(run):
    tokens, gate = words(), Gate()
    runner = run(brittle(), sizes=Sizes(rows=1, batch_tokens=64, page=16, pages=16))
    first = job(tokens, (1, 2), most=200, watch=gate)
    second = job(tokens, (3, 4), most=8)
    submitted(runner, first)
    assert gate.reached.wait(SECONDS)
    submitted(runner, second)
    assert first.answer.cancel()
    gate.opened.set()
    assert len(ids_of(second)) == 8
    assert first.token_count < 200
    assert settled(lambda: runner.live == 0)


def test_a_deadline_ends_one_answer_and_no_other(run):
    tokens = words()
    deadline = time.monotonic() + 0.3

    def hold(_):
        while time.monotonic() < deadline:
            threading.Event().wait(0.01)

    late, other, never = submitted(
        run(brittle(), sizes=SMALL),
        job(tokens, (1, 2), most=200, deadline=deadline, watch=hold),
        job(tokens, (3, 4), most=20),
        job(tokens, (5, 6), most=20, deadline=time.monotonic() - 1),
    )
    assert isinstance(error_of(late), EngineTimeoutError)
    assert isinstance(error_of(never), EngineTimeoutError)
    assert never.token_count == 0
    assert len(ids_of(other)) == 20


@pytest.mark.parametrize(
    ("ids", "most", "error", "words_of_it"),
    [
        ((5, 100), 8, EngineError, "none of its 100"),
        ((5, -1), 8, EngineError, "none of its 100"),
        ((5,) * 256, 8, ContextError, "256 tokens"),
        ((5,) * 60, 40, OutOfMemoryError, "exceed its cache of 64"),
    ],
)
def test_a_request_that_cannot_be_run_fails_by_itself(run, ids, most, error, words_of_it):
    tokens = words()
    runner = run(brittle(), sizes=Sizes(rows=4, batch_tokens=32, page=16, pages=4))
    bad, good = submitted(runner, job(tokens, ids, most=most), job(tokens, (1, 2)))
    assert isinstance(error_of(bad), error)
    assert words_of_it in str(error_of(bad))
    assert len(ids_of(good)) == 16


def test_an_answer_that_cannot_be_told_fails_by_itself(run):
    tokens = words()

    def refuse(_):
        raise LookupError("nobody listens")

    bad, good = submitted(run(brittle(), sizes=SMALL), job(tokens, (1, 2), watch=refuse), job(tokens, (3, 4)))
    assert "nobody listens" in str(error_of(bad))
    assert len(ids_of(good)) == 16


def test_a_request_that_breaks_the_batch_is_found_and_fails_alone(run):
    tokens, prompts = words(), [(number, number + 1) for number in range(9)]
    calm = run(brittle(), sizes=SMALL)
    expected = [ids_of(it) for it in submitted(calm, *(job(tokens, ids, 3) for ids in prompts))]
    runner = run(brittle(), sizes=SMALL)
    jobs = submitted(runner, *(job(tokens, ids, 3) for ids in prompts), job(tokens, (1, POISON)))
    assert "RuntimeError: poisoned" in str(error_of(jobs[-1]))
    assert [ids_of(it) for it in jobs[:-1]] == expected


def test_where_memory_runs_out_half_as_many_go_on_with_the_tokens_they_have(run):
    tokens, prompts = words(), [(number, number + 1, number + 2) for number in range(12)]
    calm = run(brittle(), sizes=SMALL)
    expected = [ids_of(it) for it in submitted(calm, *(job(tokens, ids, 3) for ids in prompts))]
    model = brittle()
    model.most_tokens = 16
    runner = run(model, sizes=SMALL)
    jobs = submitted(runner, *(job(tokens, ids, 3) for ids in prompts))
    assert [ids_of(it) for it in jobs] == expected
    assert runner.sizes.rows < SMALL.rows


def test_a_full_cache_changes_no_sample(run):
    tokens, prompts = words(), [(number, number + 1, number + 2) for number in range(12)]
    calm = run(brittle(), sizes=SMALL)
    expected = [ids_of(it) for it in submitted(calm, *(job(tokens, ids, 3, most=60) for ids in prompts))]
    model = brittle()
    crowded = run(model, sizes=Sizes(rows=12, batch_tokens=64, page=16, pages=20))
    jobs = submitted(crowded, *(job(tokens, ids, 3, most=60) for ids in prompts))
    assert [ids_of(it) for it in jobs] == expected
    assert sum(model.read) > 12 * 63  # some were put back and read again


def test_where_not_even_one_request_fits_it_says_so(run):
    model = brittle()
    model.most_tokens = 0
    runner = run(model, sizes=SMALL)
    (it,) = submitted(runner, job(words(), (1, 2)))
    assert isinstance(error_of(it), OutOfMemoryError)
    model.most_tokens = None
    assert len(ids_of(*submitted(runner, job(words(), (1, 2))))) == 16


def test_a_stuck_step_fails_those_in_it_and_others_are_answered(run):
    model, tokens = brittle(), words()
    model.blocking = threading.Event()
    try:
        runner = run(model, sizes=SMALL, patience=0.5)
        (stuck,) = submitted(runner, job(tokens, (1, POISON)))
        assert "has not answered" in str(error_of(stuck))
        assert len(ids_of(*submitted(runner, job(tokens, (1, 2))))) == 16
    finally:
        model.blocking.set()


def test_prompts_that_begin_alike_are_read_once(run):
    model, tokens = brittle(), words()
    runner = run(model, sizes=SMALL)
    rules = tuple(range(1, 65))
    ids_of(*submitted(runner, job(tokens, (*rules, 70), 1)))
    model.read.clear()
    ids_of(*submitted(runner, job(tokens, (*rules, 71), 1)))
    assert max(model.read) == 1


def test_a_long_prompt_is_read_in_several_steps(run):
    model, tokens, rng = brittle(), words(), random.Random(3)
    runner = run(model, sizes=Sizes(rows=4, batch_tokens=32, page=16, pages=64))
    prompts = [tuple(rng.randrange(99) for _ in range(length)) for length in (150, 3, 90)]
    jobs = submitted(runner, *(job(tokens, ids, temperature=0.0) for ids in prompts))
    answers = [ids_of(it) for it in jobs]
    assert max(model.read) == 32
    assert answers == [generated(model, ids, 16) for ids in prompts]


def test_no_step_is_made_while_it_is_paused(run):
    model, tokens, gate = brittle(), words(), Gate()
    runner = run(model, sizes=SMALL)
    it = job(tokens, (1, 2), most=100, watch=gate)
    submitted(runner, it)
    assert gate.reached.wait(SECONDS)
    gate.opened.set()
    with runner.paused():
        taken, read = it.token_count, len(model.read)
        assert not it.answer.done() or taken == 100
        threading.Event().wait(0.05)
        assert (it.token_count, len(model.read)) == (taken, read)
    assert len(ids_of(it)) == 100


def test_closing_ends_the_threads_and_fails_what_is_in_it(run):
    tokens, gate = words(), Gate()
    threads = set(threading.enumerate())
    runner = run(brittle(), sizes=SMALL)
    it = job(tokens, (1, 2), most=200, watch=gate)
    submitted(runner, it)
    assert gate.reached.wait(SECONDS)
    assert set(threading.enumerate()) - threads
    gate.opened.set()
    runner.close()
    assert "it was closed" in str(error_of(it))
    assert not {it for it in threading.enumerate() if it not in threads and type(it) is threading.Thread}
    runner.close()
    (after,) = submitted(runner, job(tokens, (1, 2)))
    assert "it was closed" in str(error_of(after))


@pytest.mark.slow
def test_a_process_ends_that_never_closes_its_runner():
    program = """
from tests.agents.llm.continuous.small import brittle, job, words
from agents.llm.engines.local.continuous import ContinuousRunner
runner = ContinuousRunner(brittle(context=100_000), name="small")
late = job(words(), (1, 2), most=90_000)
runner.submit(late)
while late.token_count < 3:
    pass
print("over")
"""
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=SECONDS)
    assert (done.returncode, done.stdout) == (0, "over\n")

"""What goes wrong in a batch is that batch's trouble: memory, errors, passes that never come back."""

import asyncio
import logging
import threading

import pytest

torch = pytest.importorskip("torch")

from agents.llm.engines.local.job import Asked  # noqa: E402
from agents.llm.engines.local.loading import load  # noqa: E402
from agents.llm.engines.local.memory import in_halves, is_out_of_memory  # noqa: E402
from agents.llm.engines.local.settings import Settings  # noqa: E402
from agents.llm.errors import OutOfMemoryError  # noqa: E402
from arena.core.errors import EngineError  # noqa: E402
from arena.core.generation import Request, Sampling  # noqa: E402


def requests(count, **sampling):
    return [
        Request(f"Once upon a time {at} boys", Sampling(**({"max_tokens": 8} | sampling)), at) for at in range(count)
    ]


async def ask(engine, asked):
    return await asyncio.gather(*map(engine.complete, asked), return_exceptions=True)


def test_a_real_allocation_that_fails_is_known_for_what_it_is():
    with pytest.raises(RuntimeError) as raised:
        torch.empty(2**46)
    assert is_out_of_memory(raised.value)
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_out_of_memory(ValueError("not enough memory"))


def test_work_that_needs_too_much_memory_is_done_in_halves():
    done, failed = [], []

    def work(tasks):
        torch.empty(2**46 if len(tasks) > 3 or 7 in tasks else 1)
        done.extend(tasks)

    in_halves(work, list(range(10)), failed.append)
    assert sorted(done) == [0, 1, 2, 3, 4, 5, 6, 8, 9]
    assert failed == [7]


def test_other_errors_are_not_tried_again():
    tried = []

    def work(tasks):
        tried.append(tasks)
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        in_halves(work, [1, 2], tried.append)
    assert tried == [[1, 2]]


def test_a_batch_that_is_too_large_is_halved_and_says_the_same(engines, troubled):
    asked = requests(40)
    wanted = [answer.text for answer in asyncio.run(ask(engines(), asked))]
    sizes = []

    def trouble(rows):
        sizes.append(rows)
        if rows > 16:
            torch.empty(2**46)

    answers = asyncio.run(ask(engines(troubled(trouble)), asked))
    assert [answer.text for answer in answers] == wanted
    assert max(sizes) > 16


def test_memory_that_runs_out_on_the_way_loses_no_token(engines, troubled):
    asked = requests(20, temperature=0.0)
    wanted = [answer.text for answer in asyncio.run(ask(engines(), asked))]
    passes = []

    def trouble(rows):
        if rows > 16:  # the first may have gone ahead alone, and one request cannot be halved
            passes.append(rows)
            if len(passes) == 5:
                raise MemoryError

    pieces = []
    engine = engines(troubled(trouble))

    async def watched():
        async with asyncio.TaskGroup() as group:
            first = group.create_task(engine.complete(asked[0], pieces.append))
            rest = [group.create_task(engine.complete(one)) for one in asked[1:]]
        return [first.result(), *(one.result() for one in rest)]

    answers = asyncio.run(watched())
    assert [answer.text for answer in answers] == wanted
    assert [answer.tokens for answer in answers] == [8] * 20
    assert "".join(pieces) == wanted[0]
    assert len(passes) >= 5


def test_a_request_that_does_not_even_fit_alone_fails_with_its_size(engines, troubled):
    def trouble(rows):
        raise MemoryError

    [error] = asyncio.run(ask(engines(troubled(trouble)), requests(1)))
    assert isinstance(error, OutOfMemoryError)
    assert "tokens does not fit the memory of cpu" in str(error)


def test_a_batch_that_fails_fails_its_own_requests_only(engines, troubled):
    broken = threading.Event()
    broken.set()

    def trouble(rows):
        if broken.is_set():
            raise IndexError("index 5 is out of range")

    engine = engines(troubled(trouble))
    errors = asyncio.run(ask(engine, requests(3)))
    assert all(isinstance(error, EngineError) and "IndexError" in str(error) for error in errors)
    with pytest.raises(EngineError, match="IndexError"):
        asyncio.run(engine.score("Once", " upon"))
    broken.clear()
    assert [answer.tokens for answer in asyncio.run(ask(engine, requests(3)))] == [8, 8, 8]


def test_a_batch_that_is_stuck_fails_its_own_requests_only(engines, troubled):
    release, inside = threading.Event(), threading.Event()

    def trouble(rows):
        if not inside.is_set():
            inside.set()
            release.wait(60)

    engine = engines(troubled(trouble), stuck_seconds=0.5)

    async def both():
        first = asyncio.ensure_future(ask(engine, requests(2)))
        await asyncio.to_thread(inside.wait, 60)
        later = await ask(engine, requests(3))
        return await first, later

    try:
        stuck, later = asyncio.run(both())
    finally:
        release.set()
    assert all(isinstance(error, EngineError) and "was given up" in str(error) for error in stuck)
    assert [answer.tokens for answer in later] == [8, 8, 8]
    # The thread that was left behind comes back about now, and does no harm.
    assert [answer.tokens for answer in asyncio.run(ask(engine, requests(2)))] == [8, 8]


@pytest.fixture
def reminders():
    """What transformers says of texts that are longer than a model's context."""

    class Kept(logging.Handler):
        def emit(self, record):
            said.append(record.getMessage())

    said: list[str] = []
    log, handler = logging.getLogger("transformers.generation.stopping_criteria"), Kept()
    log.addHandler(handler)
    yield said
    log.removeHandler(handler)


def test_an_answer_that_fills_the_context_is_no_reason_for_an_alarm(engines, shelf, reminders):
    # Lengths that no other test has: transformers says it once in a process for each.
    model = load(str(shelf("full", max_position_embeddings=201)), Settings(device="cpu"))
    engine = engines(model)
    [answer] = asyncio.run(ask(engine, [Request("Once upon a time", Sampling(max_tokens=500), 1)]))
    assert answer.prompt_tokens + answer.tokens == 201
    assert reminders == []
    # What others generate in this process is still warned of.
    other = load(str(shelf("other", max_position_embeddings=19)), Settings(device="cpu")).model
    other.generate(input_ids=torch.ones((1, 4), dtype=torch.int64), max_new_tokens=18, do_sample=False, pad_token_id=0)
    assert len(reminders) == 1
    assert "maximum length (19)" in reminders[0]


def test_what_was_asked_is_answered_once_by_whoever_comes_first():
    first, second, third = Asked[int](), Asked[int](), Asked[int]()
    first.settle(1)
    first.fail(EngineError("m", "late"))
    second.fail(EngineError("m", "early"))
    second.settle(2)
    third.answer.cancel()
    third.settle(3)
    third.fail(EngineError("m", "late"))
    assert first.answer.result() == 1
    assert str(second.answer.exception()) == "model 'm': early"
    assert third.answer.cancelled()

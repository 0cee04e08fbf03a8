"""The engine against a real OpenAI-compatible server, `transformers serve`, with real weights."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("torch")
pytest.importorskip("openai")

from served_models import Served

from agents.llm.engines.openai import OpenAIEngine, OpenAIEngines
from agents.llm.errors import ServerError
from arena.core.errors import EngineTimeoutError
from arena.core.generation import Completion, Ending, Message, Request, Sampling, Speaker
from arena.testing.engines import check_engine

pytestmark = pytest.mark.slow

TALK = (Message(Speaker.USER, "Once upon a time there was"),)
BOUND = 60.0
GREEDY = Sampling(temperature=0.0, max_tokens=24)
LONG = Sampling(temperature=1.0, max_tokens=4000)


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[Served]:
    folder = os.environ.get("TABOO_DATA")
    if folder is None:
        pytest.skip("TABOO_DATA is not set: no weights")
    server = Served(Path(folder) / "tinystories-656k", tmp_path_factory.mktemp("served"))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def served(house) -> Served:
    """The server, running; a test may have killed it."""
    house.start()
    return house


@contextmanager
def opened(server: Served, **options: str) -> Iterator[OpenAIEngine]:
    engine = OpenAIEngines.open(server.address, options, environment={}, chance=Random(0))
    try:
        yield engine
    finally:
        asyncio.run(engine.close())


def asked(engine: OpenAIEngine, request: Request, watch=None) -> Completion:
    return asyncio.run(asyncio.wait_for(engine.complete(request, watch), BOUND))


def test_a_real_server_completes_streams_and_counts(served):
    pieces: list[str] = []
    with opened(served, retries="0") as engine:
        whole = asked(engine, Request(TALK, GREEDY))
        streamed = asked(engine, Request(TALK, GREEDY), pieces.append)
        assert whole.text.strip() != ""
        assert whole == streamed
        assert "".join(pieces) == whole.text
        assert len(pieces) > 5
        assert (whole.ending, whole.tokens) == (Ending.LENGTH, 24)
        assert whole.prompt_tokens > 5
        assert engine.spent.tokens == 48
        assert engine.spent.estimated == 0


def test_a_real_server_continues_plain_text(served):
    with opened(served) as engine:
        answer = asked(engine, Request("Once upon a time", GREEDY))
        assert answer.text != ""
        assert answer.tokens == 24


def test_stop_texts_end_a_real_answer(served):
    with opened(served) as engine:
        whole = asked(engine, Request(TALK, GREEDY)).text
        stop = whole[8:11]
        for watch in (None, [].append):
            answer = asked(engine, Request(TALK, Sampling(0.0, max_tokens=24, stop=(stop,))), watch)
            assert answer.text == whole[: whole.find(stop)]
            assert answer.ending is Ending.STOP


def test_many_ask_a_real_server_at_once(served):
    async def play(engine: OpenAIEngine) -> list[Completion]:
        requests = [Request(TALK, Sampling(1.0, max_tokens=12), seed, seconds=BOUND) for seed in range(32)]
        return await asyncio.gather(*map(engine.complete, requests))

    with opened(served, concurrency="16") as engine:
        answers = asyncio.run(play(engine))
        assert len({answer.text for answer in answers}) > 16
        assert engine.spent.answers == 32
        assert engine.spent.retries == 0


def test_a_deadline_ends_a_real_answer_and_the_server_goes_on(served):
    with opened(served) as engine:
        start = time.monotonic()
        for watch in (None, [].append):
            with pytest.raises(EngineTimeoutError):
                asked(engine, Request(TALK, LONG, seconds=0.05), watch)
        assert time.monotonic() - start < 10
        assert asked(engine, Request(TALK, GREEDY)).tokens == 24


def test_a_real_answer_is_cancelled_between_its_words(served):
    async def play(engine: OpenAIEngine) -> None:
        began = asyncio.Event()
        task = asyncio.create_task(engine.complete(Request(TALK, LONG), lambda _: began.set()))
        await asyncio.wait_for(began.wait(), BOUND)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        answer = await asyncio.wait_for(engine.complete(Request(TALK, GREEDY)), BOUND)
        assert answer.tokens == 24

    with opened(served, retries="0") as engine:
        asyncio.run(play(engine))


def test_another_model_than_the_server_has_is_an_error(served):
    with opened(served) as engine, pytest.raises(ServerError, match="status 400"):
        asked(engine, Request(TALK, GREEDY, adapter="poet"))


def test_the_engine_conforms_over_a_real_server(served):
    options = {"context": "512"}
    check_engine(lambda: OpenAIEngines.open(served.address, options, environment={}), patience=120.0).require()


def test_a_server_killed_and_started_again_answers_once(served):
    async def play(engine: OpenAIEngine) -> list[Completion]:
        before = served.count_asked()
        watches = (None, pieces.append)
        tasks = [asyncio.create_task(engine.complete(Request(TALK, LONG), watch)) for watch in watches]
        await asyncio.to_thread(served.await_request, before)
        served.kill()
        assert not any(task.done() for task in tasks), "it answered before it could be killed"
        await asyncio.to_thread(served.start)
        return await asyncio.wait_for(asyncio.gather(*tasks), 2 * BOUND)

    pieces: list[str] = []
    with opened(served, retries="50") as engine:
        answers = asyncio.run(play(engine))
        assert all(answer.text for answer in answers)
        assert pieces == [answers[1].text]
        assert engine.spent.answers == 2
        assert engine.spent.retries >= 2


def test_a_server_killed_between_words_is_an_error_that_names_it(served):
    async def play(engine: OpenAIEngine) -> None:
        pieces: list[str] = []

        def watch(piece: str) -> None:
            if not pieces:
                served.kill()
            pieces.append(piece)

        with pytest.raises(ServerError, match=f"127.0.0.1:{served.port}/v1"):
            await asyncio.wait_for(engine.complete(Request(TALK, LONG), watch), BOUND)
        assert pieces

    with opened(served, retries="0") as engine:
        asyncio.run(play(engine))
        with pytest.raises(ServerError, match="ConnectError; check that the server runs"):
            asked(engine, Request(TALK, GREEDY))

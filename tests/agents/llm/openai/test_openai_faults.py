"""The engine against a real server that misbehaves."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from random import Random

import pytest

pytest.importorskip("openai")

from faulty_models import Exchange, FaultyServer, closes, completion, fails, hangs, says

from agents.llm.engines.openai import OpenAIEngine, OpenAIEngines
from agents.llm.engines.openai.spending import Spent
from agents.llm.engines.openai.thread import LoopThread
from agents.llm.errors import ContextError, ServerError
from arena.core.errors import EngineTimeoutError, ScoringError
from arena.core.generation import Completion, Ending, Message, Request, Sampling, Speaker

CHAT = (Message(Speaker.SYSTEM, "The word is banana."), Message(Speaker.USER, "Say something."))
BOUND = 20.0
"""Seconds after which something hangs that must not."""


class Hasty(Random):
    """Chance that waits no longer before a retry than it must."""

    def random(self) -> float:
        return 0.01


@contextmanager
def opened(server: FaultyServer, model: str = "", **options: str) -> Iterator[OpenAIEngine]:
    address = f"{server.url}#{model}" if model else server.url
    engine = OpenAIEngines.open(address, options, environment={}, chance=Hasty())
    try:
        yield engine
    finally:
        asyncio.run(engine.close())


def asked(engine: OpenAIEngine, watch=None, prompt=CHAT, seconds=BOUND, schema=None, **sampling) -> Completion:
    request = Request(prompt, Sampling(**sampling), schema=schema, seconds=seconds)
    return asyncio.run(engine.complete(request, watch))


def test_the_only_model_of_a_server_is_found_with_its_context():
    with FaultyServer(says("Hello."), models=[{"id": "org/one", "max_model_len": 512}]) as server:
        with opened(server) as engine:
            assert (engine.name, engine.context) == ("org/one", 512)
            assert asked(engine) == Completion("Hello.", Ending.STOP, 7, 3)
            assert len(engine.fingerprint) == 16
            assert not engine.is_reproducible
        with opened(server, context="100") as engine:
            assert engine.context == 100
    assert server.calls[0]["model"] == "org/one"
    assert "authorization" not in server.exchanges[0].headers


@pytest.mark.parametrize("models", [[], ["a", "b"]])
def test_a_server_of_none_or_several_models_wants_a_name(models):
    with FaultyServer(says("Hello."), models=models) as server:
        with pytest.raises(ServerError, match=r"no model is named, and the server lists (none|'a', 'b'); name one"):
            OpenAIEngines.open(server.url, {}, environment={})
        with opened(server, "c") as engine:
            assert asked(engine).text == "Hello."


@pytest.mark.parametrize("status", [403, 404, 500, 200])
def test_a_server_without_a_list_wants_a_name(status):
    with FaultyServer(says("Hello."), listing=fails(status, "<html>")) as server:
        with pytest.raises(ServerError, match="does not say which models it has"):
            OpenAIEngines.open(server.url, {}, environment={})
        with opened(server, "c") as engine:
            assert asked(engine).text == "Hello."


def test_a_server_that_is_down_is_named_at_once():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/v1"
        with pytest.raises(ServerError, match=f"no answer from {url}: ConnectError; check that the server runs"):
            OpenAIEngines.open(f"{url}#m", {}, environment={})


@pytest.mark.parametrize(
    "plays",
    [
        [fails(500), fails(503, {"error": {"message": "loading"}})],
        [fails(429, {"error": "slow down"}, retry_after="0")],
        [fails(408)],
        [closes],
        [closes, fails(502, "<html>Bad gateway</html>"), closes],
    ],
)
def test_what_passes_is_tried_again(plays):
    with FaultyServer(*plays, says("Hello.")) as server, opened(server) as engine:
        assert asked(engine).text == "Hello."
        assert engine.spent == Spent(answers=1, retries=len(plays), prompt_tokens=7, tokens=3)
    assert len(server.exchanges) == len(plays) + 1


@pytest.mark.parametrize("after", ["1", "date"])
def test_retry_after_is_honoured(after):
    arrivals: list[float] = []

    async def busy(exchange: Exchange) -> None:
        # A date has whole seconds, so two ahead is at least one away.
        said = formatdate(time.time() + 2, usegmt=True) if after == "date" else after
        arrivals.append(time.time())
        await exchange.reply({"error": "busy"}, 429, retry_after=said)

    async def fine(exchange: Exchange) -> None:
        arrivals.append(time.time())
        await exchange.say("Hello.")

    with FaultyServer(busy, fine) as server, opened(server) as engine:
        assert asked(engine).text == "Hello."
    assert 0.95 <= arrivals[1] - arrivals[0] < 10


def test_a_wait_past_the_deadline_is_not_begun():
    with FaultyServer(fails(429, "busy", retry_after="60")) as server, opened(server) as engine:
        start = time.monotonic()
        with pytest.raises(EngineTimeoutError, match=r"no answer in 5 s; the last of 1 attempts: .* status 429"):
            asked(engine, seconds=5.0)
        assert time.monotonic() - start < 4
    assert len(server.exchanges) == 1


def test_a_server_that_wants_an_hour_is_given_up():
    with (
        FaultyServer(fails(503, "busy", retry_after="3600")) as server,
        opened(server) as engine,
        pytest.raises(ServerError, match="status 503"),
    ):
        asked(engine, seconds=None)


def test_retries_come_to_an_end():
    with (
        FaultyServer(fails(500, "boom")) as server,
        opened(server, retries="2") as engine,
        pytest.raises(ServerError, match=r'status 500, it said "boom" \(after 3 attempts\)'),
    ):
        asked(engine)
    assert len(server.exchanges) == 3


@pytest.mark.parametrize(
    ("play", "problem"),
    [
        (fails(401, {"error": {"message": "wrong key"}}), "status 401, .*; no key was sent: export OPENAI_API_KEY"),
        (fails(403), "status 403"),
        (fails(400, {"error": {"message": "temperature must be 1"}}), 'status 400, it said "temperature must be 1"'),
        (fails(418), "status 418"),
        (fails(429, {"error": {"code": "insufficient_quota"}}), "the account is used up"),
        (fails(301, "", location="https://elsewhere/v1"), "status 301.*redirects are not followed"),
    ],
)
def test_what_will_not_pass_is_not_tried_again(play, problem):
    with FaultyServer(play) as server, opened(server) as engine, pytest.raises(ServerError, match=problem):
        asked(engine)
    assert len(server.exchanges) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "This model's maximum context length is 512 tokens.", "code": "context_length_exceeded"}},
        {"error": {"message": "the prompt is too long: 700 > 512"}},
        {"detail": "input length exceeds the context window"},
        {"message": "'max_tokens' is too large: 600. This model's maximum context length is 512 tokens"},
    ],
)
def test_a_prompt_that_is_too_long_is_its_own_error(body):
    with (
        FaultyServer(fails(400, body)) as server,
        opened(server) as engine,
        pytest.raises(ContextError, match="shorten the prompt"),
    ):
        asked(engine)
    assert len(server.exchanges) == 1


def test_a_missing_model_is_answered_with_those_that_there_are():
    with (
        FaultyServer(fails(404, {"error": "no"}), models=["a", "b"]) as server,
        opened(server, "c") as engine,
        pytest.raises(ServerError, match="no such model or page; it lists 'a', 'b'; name one of them"),
    ):
        asked(engine)
    with (
        FaultyServer(fails(404), listing=fails(404)) as server,
        opened(server, "c") as engine,
        pytest.raises(ServerError, match="neither this model nor a list of its models; see whether the path"),
    ):
        asked(engine)


@pytest.mark.parametrize(
    ("body", "kind", "problem"),
    [
        ('{"choices": [', "application/json", "did not answer with JSON in application/json but with application/json"),
        ("[1, 2]", "application/json", "did not answer with JSON"),
        ("[" * 50_000, "application/json", "did not answer with JSON"),
        ('{"choices": []}', "application/json", "did not answer with choices"),
        ('{"choices": "many"}', "application/json", "did not answer with choices"),
        ('{"choices": [{"message": 3}]}', "application/json", "did not answer with a message"),
        ("<html><h1>Sign in</h1></html>", "text/html", 'but with text/html, it said "Sign in"; .*most end in /v1'),
        ("", "", "but with no content type, it said nothing more"),
    ],
)
@pytest.mark.parametrize("is_watched", [False, True])
def test_an_answer_that_is_none_is_described(body, kind, problem, is_watched):
    async def play(exchange: Exchange) -> None:
        await exchange.reply(body, kind=kind)

    with FaultyServer(play) as server, opened(server) as engine, pytest.raises(ServerError, match=problem):
        asked(engine, watch=(lambda text: None) if is_watched else None)
    assert len(server.exchanges) == 1


@pytest.mark.parametrize(
    ("message", "text", "reasoning"),
    [
        ({"content": "Hi", "reasoning_content": "hm"}, "Hi", "hm"),
        ({"content": "Hi", "reasoning": "hm"}, "Hi", "hm"),
        ({"content": None, "reasoning": "hm"}, "", "hm"),
        ({"content": None, "refusal": "I will not."}, "I will not.", ""),
        ({"content": "Hi", "reasoning": {"odd": 1}}, "Hi", ""),
        ({"role": "assistant"}, "", ""),
    ],
)
def test_reasoning_of_servers_is_kept_apart(message, text, reasoning):
    async def play(exchange: Exchange) -> None:
        await exchange.reply({"choices": [{"message": message, "finish_reason": "length"}]})

    with FaultyServer(play) as server, opened(server) as engine:
        answer = asked(engine)
    assert (answer.text, answer.reasoning, answer.ending) == (text, reasoning, Ending.LENGTH)


def test_tokens_that_the_server_does_not_count_are_estimated():
    with (
        FaultyServer(says("four letter word abcd", usage=None)) as server,
        opened(server, price_in="1", price_out="1000000") as engine,
    ):
        answer = asked(engine)
        assert (answer.prompt_tokens, answer.tokens) == (engine.count(CHAT), 6)
        assert engine.spent == Spent(1, 0, engine.count(CHAT), 6, 1, pytest.approx(6 + engine.count(CHAT) / 1e6))


def test_a_filter_is_told():
    with (
        FaultyServer(says("", finish="content_filter")) as server,
        opened(server) as engine,
        pytest.raises(ServerError, match="content filter"),
    ):
        asked(engine)


def test_stop_texts_are_found_where_the_server_does_not():
    with FaultyServer(says("one two\nthree")) as server, opened(server) as engine:
        for watch in (None, [].append):
            answer = asked(engine, watch, stop=("absent", "\n"))
            assert (answer.text, answer.ending) == ("one two", Ending.STOP)


def test_text_is_told_once_and_in_order_by_a_server_that_streams():
    async def live(exchange: Exchange) -> None:
        await exchange.stream()
        await exchange.send(b": a comment\n\nevent: message\n\n")
        await exchange.event("", reasoning="no")
        for piece in ("Is it ", "a fr", "uit?\n", "\nNever"):
            await exchange.event(piece)
        await exchange.gone()

    pieces: list[str] = []
    with FaultyServer(live) as server, opened(server, retries="0") as engine:
        answer = asked(engine, pieces.append, stop=("\n\n",))
        assert answer.text == "Is it a fruit?"
        assert pieces == ["Is it ", "a fr", "uit?"]
        assert server.left.acquire(timeout=BOUND), "the stream was not closed after its stop text"


def test_a_stream_tells_reasoning_counts_and_ending():
    async def live(exchange: Exchange) -> None:
        await exchange.stream()
        for name in ("reasoning_content", "reasoning"):
            row = {"choices": [{"delta": {name: f"{name} "}}]}
            await exchange.send(f"data: {json.dumps(row)}\n\n".encode())
        await exchange.event("Hi", finish="length")
        await exchange.send(b'data: {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 9}}\n\n')
        await exchange.send(b"data: [DONE]\n\n")

    with FaultyServer(live) as server, opened(server) as engine:
        answer = asked(engine, [].append)
    assert answer == Completion("Hi", Ending.LENGTH, 5, 9, "reasoning_content reasoning ")


async def breaks(exchange: Exchange) -> None:
    """Closes the connection in the middle of a stream."""
    await exchange.stream()
    await exchange.event("Half an ")
    await exchange.event("ans")


async def fails_half_way(exchange: Exchange) -> None:
    await exchange.stream()
    await exchange.event("Half an ")
    await exchange.send(b'data: {"error": {"message": "out of memory"}}\n\n')


async def lies_about_its_length(exchange: Exchange) -> None:
    await exchange.head(200, content_length="1000")
    await exchange.send(json.dumps(completion("Half an ans")).encode())


@pytest.mark.parametrize("play", [breaks, fails_half_way])
def test_a_stream_that_breaks_is_made_anew_and_told_once(play):
    pieces: list[str] = []
    with FaultyServer(play, play, says("A whole one.")) as server, opened(server) as engine:
        answer = asked(engine, pieces.append)
    assert answer.text.strip() == "A whole one."
    assert "".join(pieces) == answer.text
    assert len(server.exchanges) == 3


@pytest.mark.parametrize(
    ("play", "problem"),
    [(breaks, "broke off in the middle of its answer"), (fails_half_way, 'failed in .* it said "out of memory"')],
)
def test_a_stream_that_breaks_for_good_is_an_error(play, problem):
    pieces: list[str] = []
    with (
        FaultyServer(play) as server,
        opened(server, retries="1") as engine,
        pytest.raises(ServerError, match=f"{problem}.*after 2 attempts"),
    ):
        asked(engine, pieces.append)
    assert "".join(pieces) in ("Half an ans", "Half an ")


def test_a_body_that_ends_too_early_is_made_anew():
    with FaultyServer(lies_about_its_length, says("A whole one.")) as server, opened(server) as engine:
        assert asked(engine).text == "A whole one."


def test_a_stream_of_something_else_is_described():
    async def play(exchange: Exchange) -> None:
        await exchange.stream()
        await exchange.send(b"data: {odd banana\n\n")

    with (
        FaultyServer(play) as server,
        opened(server) as engine,
        pytest.raises(ServerError, match="JSON in every event of its stream") as strange,
    ):
        asked(engine, [].append)
    assert "banana" not in str(strange.value)


def test_a_late_first_answer_is_not_a_second_action():
    is_late = threading.Event()

    async def late(exchange: Exchange) -> None:
        await exchange.gone()
        is_late.set()
        await exchange.say("The first, too late.")

    pieces: list[str] = []
    with FaultyServer(late, says("The second.")) as server, opened(server, patience="0.3") as engine:
        answer = asked(engine, pieces.append)
        assert is_late.wait(BOUND)
        assert answer.text.strip() == "The second."
        assert "".join(pieces) == answer.text
        assert engine.spent.answers == 1
    assert len(server.exchanges) == 2


@pytest.mark.parametrize("is_watched", [False, True])
def test_a_server_that_hangs_meets_the_deadline(is_watched):
    with FaultyServer(hangs) as server, opened(server) as engine:
        start = time.monotonic()
        with pytest.raises(EngineTimeoutError, match=r"no answer in 0\.3 s"):
            asked(engine, watch=[].append if is_watched else None, seconds=0.3)
        assert time.monotonic() - start < 5
        assert server.left.acquire(timeout=BOUND), "the connection stayed open"


def test_a_server_that_drips_meets_the_deadline():
    async def drip(exchange: Exchange) -> None:
        await exchange.stream()
        while True:
            await exchange.event("drip ")
            await asyncio.sleep(0.05)

    pieces: list[str] = []
    with FaultyServer(drip) as server, opened(server, retries="0") as engine, pytest.raises(EngineTimeoutError):
        asked(engine, pieces.append, seconds=0.5, max_tokens=10_000)
    assert pieces


@pytest.mark.parametrize("is_watched", [False, True])
def test_an_answer_without_end_is_bounded_by_its_bytes(is_watched):
    async def flood(exchange: Exchange) -> None:
        await (exchange.stream() if is_watched else exchange.head())
        while True:
            await exchange.send(b": nothing\n" * 50_000)

    with (
        FaultyServer(flood) as server,
        opened(server) as engine,
        pytest.raises(ServerError, match="sent more than 16777216 bytes, and no end of its answer"),
    ):
        asked(engine, watch=[].append if is_watched else None)


def test_an_error_without_end_is_bounded_by_its_bytes():
    async def flood(exchange: Exchange) -> None:
        await exchange.head(500)
        while True:
            await exchange.send(b"x" * 500_000)

    with (
        FaultyServer(flood) as server,
        opened(server) as engine,
        pytest.raises(ServerError, match="sent more than 16777216 bytes"),
    ):
        asked(engine)


def test_a_packed_answer_is_not_unpacked():
    async def bomb(exchange: Exchange) -> None:
        await exchange.reply("tiny", content_encoding="gzip")

    with (
        FaultyServer(bomb) as server,
        opened(server) as engine,
        pytest.raises(ServerError, match="no end of its answer"),
    ):
        asked(engine)


def test_generation_without_end_ends_at_its_tokens():
    async def endless(exchange: Exchange) -> None:
        await exchange.stream()
        while True:
            await exchange.event("more ")

    with FaultyServer(endless) as server, opened(server) as engine:
        answer = asked(engine, [].append, max_tokens=10)
    assert answer.ending is Ending.LENGTH
    assert 10 <= answer.text.count("more") <= 40


@pytest.mark.parametrize("is_watched", [False, True])
def test_cancelling_the_asker_closes_the_connection(is_watched):
    async def play(engine: OpenAIEngine, server: FaultyServer) -> None:
        task = asyncio.create_task(engine.complete(Request(CHAT), [].append if is_watched else None))
        await asyncio.to_thread(began.acquire)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, BOUND)
        assert await asyncio.to_thread(server.left.acquire, timeout=BOUND), "the connection stayed open"

    began = threading.Semaphore(0)

    async def slow(exchange: Exchange) -> None:
        began.release()
        await exchange.gone()

    with FaultyServer(slow) as server, opened(server) as engine:
        asyncio.run(play(engine, server))
        assert engine.spent.answers == 0


def test_a_watcher_that_fails_ends_its_own_request_with_its_own_error():
    def watch(text: str) -> None:
        raise LookupError("mine")

    with FaultyServer(says("Hello.")) as server, opened(server) as engine:
        with pytest.raises(LookupError, match="mine"):
            asked(engine, watch)
        assert asked(engine).text == "Hello."


def test_what_a_server_does_not_take_is_left_out_and_remembered():
    async def picky(exchange: Exchange) -> None:
        call = exchange.call
        for field in ("response_format", "max_tokens", "stream_options", "seed"):
            if field in call:
                await exchange.reply({"error": {"message": f"Unsupported parameter: '{field}'"}}, 400)
                return
        await says("Hello.")(exchange)

    schema = {"type": "object"}
    with FaultyServer(picky) as server, opened(server, retries="0") as engine:
        assert engine.has_schemas
        assert asked(engine, [].append, schema=schema).text == "Hello. "
        assert not engine.has_schemas
        assert len(server.exchanges) == 5
        assert asked(engine, [].append, schema=schema).text == "Hello. "
        assert engine.spent.retries == 0
    assert len(server.exchanges) == 6
    assert server.calls[-1]["max_completion_tokens"] == 128


def test_many_find_out_together_what_a_server_does_not_take():
    async def picky(exchange: Exchange) -> None:
        if "max_tokens" in exchange.call:
            await exchange.reply({"error": {"message": "'max_tokens' is not supported"}}, 400)
        else:
            await exchange.say("Hello.")

    async def play(engine: OpenAIEngine) -> list[Completion]:
        return await asyncio.gather(*(engine.complete(Request(CHAT, seconds=BOUND)) for _ in range(20)))

    with FaultyServer(picky) as server, opened(server) as engine:
        assert {answer.text for answer in asyncio.run(play(engine))} == {"Hello."}


@pytest.mark.parametrize(("schemas", "has", "sends"), [("on", True, True), ("off", False, False), ("auto", True, True)])
def test_schemas_are_sent_as_the_option_says(schemas, has, sends):
    with FaultyServer(says("{}")) as server, opened(server, schemas=schemas) as engine:
        assert engine.has_schemas is has
        asked(engine, schema={"type": "object"})
    assert ("response_format" in server.calls[0]) is sends


def test_a_schema_that_is_insisted_on_is_an_error_where_it_is_refused():
    refusal = fails(400, {"error": {"message": "response_format is not supported"}})
    with FaultyServer(refusal) as server, opened(server, schemas="on") as engine:
        with pytest.raises(ServerError, match="response_format is not supported"):
            asked(engine, schema={"type": "object"})
        assert engine.has_schemas


def test_a_plain_text_goes_to_the_completions():
    async def play(exchange: Exchange) -> None:
        assert exchange.path == "/v1/completions"
        await exchange.reply({"choices": [{"text": " a time", "finish_reason": "stop"}]})

    with FaultyServer(play) as server, opened(server) as engine:
        assert asked(engine, prompt="Once upon").text == " a time"
    assert server.calls[0]["prompt"] == "Once upon"


def test_a_model_without_a_chat_format_is_given_plain_text():
    async def play(exchange: Exchange) -> None:
        await exchange.reply({"choices": [{"text": " It is red.\nUser: And", "finish_reason": "length"}]})

    with FaultyServer(play) as server, opened(server, chat="off") as engine:
        assert not engine.has_chat
        answer = asked(engine)
        assert (answer.text, answer.ending) == (" It is red.", Ending.STOP)
        assert engine.count(CHAT) == engine.count(server.calls[0]["prompt"])
    assert server.exchanges[0].path == "/v1/completions"
    assert server.calls[0]["prompt"] == "The word is banana.\n\nUser: Say something.\n\nAssistant:"


def test_a_missing_chat_format_is_told_with_its_remedy():
    body = {"error": {"message": "a default chat template is no longer allowed"}}
    with (
        FaultyServer(fails(400, body)) as server,
        opened(server) as engine,
        pytest.raises(ServerError, match=r"open it with \?chat=off"),
    ):
        asked(engine)


def test_a_prompt_longer_than_the_context_is_not_sent():
    with FaultyServer(says("Hello.")) as server, opened(server, context="16") as engine:
        with pytest.raises(ContextError, match="the prompt has about 17 tokens, and the context is 16"):
            asked(engine)
        assert asked(engine, prompt="Hi").text == "Hello."
    assert len(server.exchanges) == 1


def test_half_a_surrogate_pair_is_replaced():
    with FaultyServer(says("Hello.")) as server, opened(server) as engine:
        assert asked(engine, prompt="a \ud800 b", stop=("\udc00",)).text == "Hello."
    assert (server.calls[0]["prompt"], server.calls[0]["stop"]) == ("a \ufffd b", ["\ufffd"])


def test_places_and_paces_together_keep_the_limit():
    arrivals: list[float] = []

    async def slow(exchange: Exchange) -> None:
        arrivals.append(time.monotonic())
        await asyncio.sleep(0.2)
        await exchange.say("Hello.")

    async def play(engine: OpenAIEngine) -> list[Completion | BaseException]:
        asking = [engine.complete(Request(CHAT, seconds=1.0)) for _ in range(4)]
        return await asyncio.gather(*asking, return_exceptions=True)

    with FaultyServer(slow) as server, opened(server, rpm="2", concurrency="1") as engine:
        found = asyncio.run(play(engine))
    assert [isinstance(one, EngineTimeoutError) for one in found] == [False, False, True, True]
    assert len(arrivals) == 2


def test_no_more_than_the_concurrency_is_under_way():
    async def slow(exchange: Exchange) -> None:
        await asyncio.sleep(0.02)
        await exchange.say("Hello.")

    async def play(engine: OpenAIEngine) -> None:
        await asyncio.gather(*(engine.complete(Request(CHAT, seconds=BOUND)) for _ in range(12)))

    with FaultyServer(slow) as server, opened(server, concurrency="3") as engine:
        asyncio.run(play(engine))
    assert server.most_at_once == 3
    assert len(server.exchanges) == 12


@pytest.mark.parametrize("limit", [{"rpm": "2"}, {"tpm": "300"}])
def test_a_rate_limit_is_kept_and_told_where_the_deadline_comes_first(limit):
    with FaultyServer(says("Hello.", usage=(100, 50))) as server, opened(server, **limit) as engine:
        for _ in range(2):
            assert asked(engine, seconds=5.0).text == "Hello."
        start = time.monotonic()
        with pytest.raises(EngineTimeoutError, match=r"its rate limits have it wait (59|60) s"):
            asked(engine, seconds=5.0)
        assert time.monotonic() - start < 2
    assert len(server.exchanges) == 2


def test_several_event_loops_share_an_engine():
    async def play(engine: OpenAIEngine) -> list[Completion]:
        return await asyncio.gather(*(engine.complete(Request(CHAT, seconds=BOUND)) for _ in range(8)))

    with FaultyServer(says("Hello.")) as server, opened(server) as engine:
        found: list[Completion] = []
        threads = [threading.Thread(target=lambda: found.extend(asyncio.run(play(engine)))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(BOUND)
        assert len(found) == 24
        assert engine.spent.answers == 24


def test_closing_ends_what_is_under_way_with_an_error():
    async def play(engine: OpenAIEngine) -> None:
        task = asyncio.create_task(engine.complete(Request(CHAT)))
        await asyncio.to_thread(began.acquire)
        await engine.close()
        with pytest.raises(ServerError, match="closed before the answer came"):
            await asyncio.wait_for(task, BOUND)
        with pytest.raises(ServerError, match="was closed; open it again"):
            await engine.complete(Request(CHAT))
        await engine.close()

    began = threading.Semaphore(0)

    async def slow(exchange: Exchange) -> None:
        began.release()
        await exchange.gone()

    with FaultyServer(slow) as server:
        engine = OpenAIEngines.open(server.url, {}, environment={})
        asyncio.run(play(engine))
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("openai")]


def test_a_server_scores_nothing():
    with (
        FaultyServer(says("Hello.")) as server,
        opened(server) as engine,
        pytest.raises(ScoringError, match="score with a local model"),
    ):
        asyncio.run(engine.score(CHAT, "Hello."))


def test_a_filter_is_told_in_a_stream():
    async def play(exchange: Exchange) -> None:
        await exchange.stream()
        await exchange.event("Ha", finish="content_filter")

    with (
        FaultyServer(play) as server,
        opened(server) as engine,
        pytest.raises(ServerError, match="content filter"),
    ):
        asked(engine, [].append)


def test_a_stream_that_is_done_before_it_began_is_an_empty_answer():
    async def play(exchange: Exchange) -> None:
        await exchange.stream()
        await exchange.send(b"data: [DONE]")

    with FaultyServer(play) as server, opened(server) as engine:
        answer = asked(engine, [].append)
    assert (answer.text, answer.ending) == ("", Ending.STOP)


def test_what_may_begin_a_stop_text_is_said_where_none_follows():
    async def play(exchange: Exchange) -> None:
        await exchange.stream()
        await exchange.event("Is it a fruit?\n")
        await exchange.event(finish="stop")

    pieces: list[str] = []
    with FaultyServer(play) as server, opened(server, retries="0") as engine:
        assert asked(engine, pieces.append, stop=("\n\n",)).text == "Is it a fruit?\n"
    assert pieces == ["Is it a fruit?", "\n"]


def test_work_for_a_thread_that_has_ended_is_cancelled():
    async def nothing() -> None:
        """Is never run."""

    thread = LoopThread("test")
    thread.stop(nothing)
    assert thread.submit(nothing()).cancelled()

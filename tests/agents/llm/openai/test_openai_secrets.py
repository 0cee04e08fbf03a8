"""The key reaches the server and nobody else; neither does a word of the prompt reach whoever reads errors and logs."""

import asyncio
import logging
import traceback
from collections.abc import Iterator
from random import Random

import pytest

pytest.importorskip("openai")

from faulty_models import Exchange, FaultyServer, closes, fails, hangs, says

from agents.llm.engines.openai import OpenAIEngines
from arena.core.errors import EngineError
from arena.core.generation import Message, Request, Sampling, Speaker

KEY = "sk-test-Qz7Lm2Vx9Kp4Rt6Wn1"
TARGET = "pomegranate"
PROMPT = (Message(Speaker.SYSTEM, f"The word is {TARGET}."), Message(Speaker.USER, "Say it."))


async def echoes(exchange: Exchange) -> None:
    """Refuses, and quotes the whole request with its headers, as debugging servers do."""
    await exchange.reply({"error": {"message": f"{exchange.headers} {exchange.raw}"}}, 400)


async def echoes_raw(exchange: Exchange) -> None:
    await exchange.reply(f"<pre>{exchange.headers['authorization']}</pre> {exchange.raw}", 500, "text/html")


async def echoes_well(exchange: Exchange) -> None:
    await exchange.reply(exchange.raw.replace("messages", str(exchange.headers)))


async def echoes_in_its_stream(exchange: Exchange) -> None:
    await exchange.stream()
    await exchange.send(f"data: {exchange.raw} {exchange.headers}\n\n".encode())


FAULTS = {
    "quoted key": fails(401, {"error": {"message": f"Incorrect API key provided: {KEY[:8]}****{KEY[-4:]} ({KEY})"}}),
    "quoted request": echoes,
    "quoted in a page": echoes_raw,
    "quoted in an answer": echoes_well,
    "quoted in a stream": echoes_in_its_stream,
    "missing": fails(404, {"error": {"message": f"{KEY} {TARGET}"}}),
    "context": fails(400, {"error": {"message": f"maximum context length: {TARGET} {KEY}"}}),
    "busy": fails(429, f"{TARGET} {KEY}", retry_after="0"),
    "closing": closes,
    "hanging": hangs,
}


def links(error: BaseException | None) -> Iterator[BaseException]:
    """The error with every cause and context behind it, hidden ones too."""
    while error is not None:
        yield error
        yield from links(error.__cause__)
        error = error.__context__


def shown(error: BaseException) -> str:
    """Everything that anyone could print of an error."""
    chain = list(links(error))
    return "\n".join(
        [
            *traceback.format_exception(error),
            *map(str, chain),
            *map(repr, chain),
            *(repr(vars(one)) for one in chain),
            *(repr(one.args) for one in chain),
        ]
    )


@pytest.mark.parametrize("is_watched", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_neither_key_nor_prompt_is_shown(fault, is_watched, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    for name in ("openai", "httpx", "httpcore", "httpx2", "httpcore2", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    texts: list[str] = []
    with FaultyServer(FAULTS[fault], models=["a", f"b {KEY}"]) as server:
        environment = {"TABOO_TEST_KEY": KEY}
        options = {"key_env": "TABOO_TEST_KEY", "retries": "1", "patience": "0.5"}
        engine = OpenAIEngines.open(f"{server.url}#a", options, environment=environment, chance=Random(0))
        request = Request(PROMPT, Sampling(stop=("\n",)), seconds=20.0)
        with pytest.raises(EngineError) as refused:
            asyncio.run(engine.complete(request, texts.append if is_watched else None))
        asyncio.run(engine.close())
    assert server.exchanges[0].headers["authorization"] == f"Bearer {KEY}"
    printed = capfd.readouterr()
    seen = [shown(refused.value), repr(engine), str(engine), repr(vars(engine)), caplog.text, printed.out, printed.err]
    seen += [repr(record.args) + repr(vars(record)) for record in caplog.records]
    for text in seen:
        assert KEY not in text
        assert KEY[:8] not in text
        assert TARGET not in text.lower()
    assert [one for one in links(refused.value) if not isinstance(one, EngineError)] == []


def test_the_key_is_not_shown_where_all_is_well(caplog, capfd):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="openai")
    with FaultyServer(says("Hello.")) as server:
        engine = OpenAIEngines.open(server.url, {}, environment={"OPENAI_API_KEY": KEY})
        assert asyncio.run(engine.complete(Request(PROMPT))).text == "Hello."
        asyncio.run(engine.close())
    assert server.exchanges[0].headers["authorization"] == f"Bearer {KEY}"
    printed = capfd.readouterr()
    assert caplog.records
    for text in (repr(engine), caplog.text, printed.out, printed.err, *(repr(vars(one)) for one in caplog.records)):
        assert KEY not in text
        assert TARGET not in text


def test_a_key_that_the_server_refuses_names_its_variable():
    with FaultyServer(fails(401), listing=fails(401, {"error": {"message": f"bad key {KEY}"}})) as server:
        with pytest.raises(EngineError, match=r"status 401, .* see whether the key in OPENAI_API_KEY is right") as no:
            OpenAIEngines.open(f"{server.url}#a", {}, environment={"OPENAI_API_KEY": KEY})
        assert KEY not in shown(no.value)
    assert server.exchanges == []


def test_a_server_with_fewer_models_does_not_show_a_key_that_it_lists():
    with FaultyServer(says("x"), models=["a", KEY]) as server, pytest.raises(EngineError, match=r"'a', \[key\]") as no:
        OpenAIEngines.open(server.url, {}, environment={"OPENAI_API_KEY": KEY})
    assert KEY not in shown(no.value)

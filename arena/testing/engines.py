"""The conformance kit for engines."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from math import isfinite

from arena.core.errors import EngineError, EngineTimeoutError, ScoringError
from arena.core.generation import Completion, Ending, Message, Prompt, Request, Sampling, Scored, Speaker
from arena.core.ports import Engine
from arena.testing.report import BreachError, Examination, Report, check_fingerprint, require
from arena.testing.samples import HOSTILE

_TEXT = "Once upon a time there was a little"
_TALK = (Message(Speaker.SYSTEM, "You tell stories."), Message(Speaker.USER, "Once upon a time"))
_TOKENS = 12


def check_engine(make: Callable[[], Engine], patience: float = 60.0) -> Report:
    """Whether an engine keeps the laws of its port. It is opened once, and closed at the end.

    Its answers may be anything: a scripted engine needs some forty replies, none of which fails. `patience` is how
    many seconds any one thing may take.
    """
    engine = make()
    exam = Examination(f"engine {getattr(engine, 'name', make)}")
    with exam.law("says what it is and what it can"):
        _describes_itself(engine)
    with exam.law("the fingerprint is 16 hex digits, the same whenever asked"):
        check_fingerprint(engine.fingerprint, engine.fingerprint)
    with exam.law("counts the tokens of texts and conversations"):
        _counts(engine)
    for name, law in _LAWS:
        with exam.law(name):
            asyncio.run(_within(law(engine), patience))
    with exam.law("answers askers of two event loops at once"):
        _answers_two_loops(engine, patience)
    with exam.law("closes, twice where asked twice, and answers no more"):
        asyncio.run(_within(_closes(engine), patience))
    return exam.report()


async def _within(doing: Awaitable[None], patience: float) -> None:
    try:
        async with asyncio.timeout(patience):
            await doing
    except TimeoutError as late:
        if isinstance(late, EngineError):
            raise
        raise BreachError(f"took longer than {patience} s") from None


def _describes_itself(engine: Engine) -> None:
    require(isinstance(engine.name, str) and engine.name != "", f"name is {engine.name!r}")
    context = engine.context
    require(context is None or (isinstance(context, int) and context > 0), f"context is {context!r}")
    for flag in ("is_reproducible", "has_chat", "has_schemas"):
        require(isinstance(getattr(engine, flag), bool), f"{flag} is {getattr(engine, flag)!r}")


def _counts(engine: Engine) -> None:
    for short, long in (("", _TEXT), (_TEXT, 3 * _TEXT), (_TALK[:1], _TALK)):
        few, many = engine.count(short), engine.count(long)
        require(isinstance(few, int) and few >= 0, f"{short!r} has {few!r} tokens")
        require(few < many, f"{short!r} has {few} tokens, and more text has {many}")
        require(engine.count(short) == few, f"{short!r} has {few} tokens, then {engine.count(short)}")


def _request(prompt: Prompt = _TEXT, seed: int = 1, tokens: int = _TOKENS, stop: tuple[str, ...] = ()) -> Request:
    return Request(prompt, Sampling(max_tokens=tokens, stop=stop), seed)


def _check(completion: Completion, request: Request) -> None:
    about = f"on {str(request.prompt)[:40]!r}"
    require(isinstance(completion.text, str), f"{about} the text is {completion.text!r}")
    require(isinstance(completion.reasoning, str), f"{about} the reasoning is {completion.reasoning!r}")
    require(isinstance(completion.ending, Ending), f"{about} the ending is {completion.ending!r}")
    for count in (completion.prompt_tokens, completion.tokens):
        require(isinstance(count, int) and count >= 0, f"{about} it counts {count!r} tokens")
    most = request.sampling.max_tokens
    require(bool(completion.reasoning) or completion.tokens <= most, f"{about} it said {completion.tokens} tokens")
    require(completion.prompt_tokens > 0 or not request.prompt, f"{about} it read nothing")


async def _completes(engine: Engine) -> None:
    for prompt in (_TEXT, _TALK):
        for tokens in (1, _TOKENS):
            request = _request(prompt, tokens=tokens)
            _check(await engine.complete(request), request)


async def _keeps_stop_texts_out(engine: Engine) -> None:
    whole = (await engine.complete(_request(tokens=2 * _TOKENS))).text
    middle = len(whole) // 2
    for stop in filter(None, {whole[middle : middle + 1], whole[middle : middle + 3], whole[:2]}):
        pieces: list[str] = []
        found = await engine.complete(_request(tokens=2 * _TOKENS, stop=("\0never", stop)), pieces.append)
        require(stop not in found.text, f"the stop text {stop!r} is in {found.text!r}")
        require(stop not in "".join(pieces), f"the stop text {stop!r} was told in {pieces}")
        if engine.is_reproducible:
            before = whole[: whole.find(stop)]
            require(found.text == before, f"before the stop text {stop!r} it said {found.text!r}, not {before!r}")


async def _tells_what_it_answers(engine: Engine) -> None:
    for prompt in (_TEXT, _TALK):
        told: list[tuple[str, int]] = []

        def watch(piece: str, told: list[tuple[str, int]] = told) -> None:
            asyncio.get_running_loop()  # raises outside of the asker's loop
            told.append((piece, threading.get_ident()))

        request = _request(prompt)
        completion = await engine.complete(request, watch)
        _check(completion, request)
        await asyncio.sleep(0)
        text = "".join(piece for piece, _ in told)
        require(text == completion.text, f"it told {text!r} and answered {completion.text!r}")
        threads = {thread for _, thread in told} - {threading.get_ident()}
        require(not threads, "it told text in a thread of its own")


async def _keeps_deadlines(engine: Engine) -> None:
    request = Request(_TEXT, Sampling(max_tokens=_TOKENS), seconds=0.0)
    try:
        await engine.complete(request)
    except EngineTimeoutError:
        return
    raise BreachError("an answer that had no time came")


async def _is_cancelled(engine: Engine) -> None:
    for ticks in (0, 1, 5):
        task = asyncio.create_task(engine.complete(_request(tokens=64)))
        for _ in range(ticks):
            await asyncio.sleep(0)
        if task.done():
            await task
            continue
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        else:
            raise BreachError(f"it went on after it was cancelled in step {ticks}")
    request = _request()
    _check(await engine.complete(request), request)


async def _is_reproducible(engine: Engine) -> None:
    if not engine.is_reproducible:
        return
    alone = [await engine.complete(_request(seed=seed)) for seed in (1, 2)]
    others = [engine.complete(_request(_TEXT * (seed % 3), seed)) for seed in range(3, 9)]
    together = await asyncio.gather(*(engine.complete(_request(seed=seed)) for seed in (1, 2)), *others)
    for one, again in zip(alone, together, strict=False):
        require(one == again, f"it said {one.text!r}, and {again.text!r} beside others")


async def _errs_as_engines_do(engine: Engine) -> None:
    requests = [_request(text) for text in ("", *HOSTILE)]
    requests += [Request(_TEXT, Sampling(max_tokens=_TOKENS), adapter="there is no such adapter")]
    if engine.context is not None:
        requests.append(_request("word " * (engine.context + 1)))
    for place, request in enumerate(requests):
        try:
            completion = await engine.complete(request)
        except EngineError:
            continue
        except Exception as crash:  # noqa: BLE001 - whatever it is, it is the engine's
            problem = f"on {str(request.prompt)[:40]!r} it raised {type(crash).__name__}: {crash}"
            raise BreachError(problem) from None
        _check(completion, request)
        require(request.adapter is None, "it answered with an adapter that there is not")
        is_long = engine.context is not None and place == len(requests) - 1
        require(not is_long, f"it answered a prompt longer than its context of {engine.context}")


async def _scores_or_says_that_it_cannot(engine: Engine) -> None:
    for prompt in (_TEXT, _TALK):
        try:
            scored = await engine.score(prompt, " girl named Lily.")
        except ScoringError:
            continue
        _check_score(scored)


def _check_score(scored: Scored) -> None:
    count = len(scored.tokens)
    require(count > 0, "it scored no token")
    require(len(scored.logprobs) == len(scored.ranks) == count, "tokens, log-probabilities and ranks differ in number")
    require(all(isfinite(one) and one <= 0 for one in scored.logprobs), f"log-probabilities are {scored.logprobs}")
    require(all(isinstance(rank, int) and rank >= 1 for rank in scored.ranks), f"ranks are {scored.ranks}")


_LAWS: tuple[tuple[str, Callable[[Engine], Awaitable[None]]], ...] = (
    ("completes texts and conversations", _completes),
    ("keeps stop texts out of what it says and tells", _keeps_stop_texts_out),
    ("tells in the asker's loop just the text that it answers", _tells_what_it_answers),
    ("keeps deadlines", _keeps_deadlines),
    ("can be cancelled, and answers after it", _is_cancelled),
    ("gives the same sample beside others, where it promises that", _is_reproducible),
    ("answers whatever it is asked, or raises an EngineError", _errs_as_engines_do),
    ("scores, or says that it cannot", _scores_or_says_that_it_cannot),
)


def _answers_two_loops(engine: Engine, patience: float) -> None:
    problems: list[BaseException] = []

    async def ask(first: int) -> None:
        requests = [_request(seed=first + step) for step in range(3)]
        for request, completion in zip(requests, await asyncio.gather(*map(engine.complete, requests)), strict=True):
            _check(completion, request)

    def run(first: int) -> None:
        try:
            asyncio.run(_within(ask(first), patience))
        except BaseException as problem:  # noqa: BLE001 - raised again below, in the thread of the law
            problems.append(problem)

    threads = [threading.Thread(target=run, args=(first,)) for first in (10, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for problem in problems:
        raise problem


async def _closes(engine: Engine) -> None:
    await engine.close()
    await engine.close()
    try:
        await engine.complete(_request())
    except EngineError:
        return
    raise BreachError("it answered after it was closed")

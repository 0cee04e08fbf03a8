import asyncio
import json
import math
import time

import pytest

from agents.llm.engines.scripted import Reply, ScriptedEngine, ScriptedEngines, read_replies
from agents.llm.errors import AdapterError, ContextError, ModelMissingError
from arena.core.errors import EngineError, EngineTimeoutError
from arena.core.generation import Completion, Ending, Message, Request, Sampling, Scored, Speaker
from arena.core.ports import Engine, EngineKind


def completed(engine, prompt="Say it.", watch=None, **sampling) -> Completion:
    return asyncio.run(engine.complete(Request(prompt, Sampling(**sampling)), watch))


def test_it_fits_the_ports():
    engine: Engine = ScriptedEngine(["yes"])
    kind: EngineKind = ScriptedEngines
    assert engine.name == "scripted"
    assert set(kind.options) == {"repeats", "context", "chat", "schemas"}


def test_it_says_its_replies_in_order_and_then_refuses():
    engine = ScriptedEngine(["Is it red?", Reply("I know.", reasoning="an apple")])
    assert completed(engine) == Completion("Is it red?", Ending.STOP, prompt_tokens=2, tokens=3)
    assert completed(engine) == Completion("I know.", Ending.STOP, prompt_tokens=2, tokens=4, reasoning="an apple")
    with pytest.raises(EngineError, match="it has 2 replies"):
        completed(engine)
    assert len(engine.asked) == 3


def test_it_begins_again_where_it_repeats():
    engine = ScriptedEngine(["one", "two"], repeats=True)
    assert [completed(engine).text for _ in range(5)] == ["one", "two", "one", "two", "one"]


def test_a_function_answers_each_request_by_itself():
    engine = ScriptedEngine(lambda request: f"seed {request.seed}")

    async def play() -> list[str]:
        answers = [engine.complete(Request("x", seed=seed)) for seed in (3, 1, 2)]
        return [answer.text for answer in await asyncio.gather(*answers)]

    assert asyncio.run(play()) == ["seed 3", "seed 1", "seed 2"]
    assert [request.seed for request in engine.asked] == [3, 1, 2]


@pytest.mark.parametrize(
    ("replies", "repeats", "promise"),
    [(["a"], True, True), (["a"], False, False), (["a", "b"], True, False), (str, False, True)],
)
def test_it_promises_reproduction_only_where_the_order_of_asking_does_not_matter(replies, repeats, promise):
    assert ScriptedEngine(replies, repeats=repeats).is_reproducible is promise


@pytest.mark.parametrize(
    ("sampling", "text", "ending", "tokens"),
    [
        ({"max_tokens": 2}, "one two", Ending.LENGTH, 2),
        ({"max_tokens": 4}, "one two\nthree four", Ending.STOP, 4),
        ({"stop": ("\n",)}, "one two", Ending.STOP, 2),
        ({"stop": ("four", "three")}, "one two\n", Ending.STOP, 3),
        ({"stop": ("four",), "max_tokens": 3}, "one two\nthree", Ending.LENGTH, 3),
        ({"stop": ("one",)}, "", Ending.STOP, 0),
        ({"stop": ("absent",)}, "one two\nthree four", Ending.STOP, 4),
    ],
)
def test_an_answer_ends_at_its_stop_text_or_its_last_token(sampling, text, ending, tokens):
    pieces: list[str] = []
    answer = completed(ScriptedEngine(["one two\nthree four"]), watch=pieces.append, **sampling)
    assert (answer.text, answer.ending, answer.tokens) == (text, ending, tokens)
    assert "".join(pieces) == text


def test_a_conversation_counts_its_words_and_messages():
    engine = ScriptedEngine([])
    assert engine.count("I know the word") == 4
    assert engine.count((Message(Speaker.SYSTEM, "two words"), Message(Speaker.USER, "and three more"))) == 7


def test_a_slow_reply_streams_and_meets_its_deadline():
    engine = ScriptedEngine([Reply("a b c d e f", seconds=3600)])
    pieces: list[str] = []
    start = time.monotonic()
    with pytest.raises(EngineTimeoutError, match=r"no answer in 0\.05 s"):
        asyncio.run(engine.complete(Request("x", seconds=0.05), pieces.append))
    assert time.monotonic() - start < 10
    assert pieces == []


def test_a_reply_is_cancelled_with_its_asker():
    engine = ScriptedEngine([Reply("slow", seconds=3600), "next"])

    async def play() -> str:
        task = asyncio.create_task(engine.complete(Request("x")))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return (await engine.complete(Request("x"))).text

    assert asyncio.run(play()) == "next"


def test_a_failing_reply_fails_after_its_text():
    pieces: list[str] = []
    with pytest.raises(EngineError, match="the GPU fell out"):
        completed(ScriptedEngine([Reply("half an", error="the GPU fell out")]), watch=pieces.append)
    assert pieces == ["half", " an"]


def test_the_default_score_is_uniform_and_another_may_be_given():
    async def score(engine: ScriptedEngine) -> Scored:
        return await engine.score("The word is", " ripe banana")

    even = asyncio.run(score(ScriptedEngine([])))
    assert even.tokens == (" ripe", " banana")
    assert even.ranks == (1, 1)
    assert even.total == pytest.approx(-2 * math.log(1000))
    own = Scored((" ripe banana",), (-0.5,), (3,))
    assert asyncio.run(score(ScriptedEngine([], score=lambda prompt, text: own))) is own


def test_an_adapter_must_be_one_of_its_own():
    engine = ScriptedEngine(["yes"], adapters=["poet"])
    with pytest.raises(AdapterError, match="no adapter 'cook'; known: \\['poet'\\]"):
        asyncio.run(engine.complete(Request("x", adapter="cook")))
    assert asyncio.run(engine.complete(Request("x", adapter="poet"))).text == "yes"


def test_its_context_bounds_prompt_and_answer():
    engine = ScriptedEngine(["a b c d"], context=4, repeats=True)
    answer = completed(engine, "one two")
    assert (answer.text, answer.ending) == ("a b", Ending.LENGTH)
    with pytest.raises(ContextError, match="the prompt has 4 words, and 4 are its context"):
        completed(engine, "one two three four")


def test_a_closed_engine_refuses():
    engine = ScriptedEngine(["yes"])
    asyncio.run(engine.close())
    assert engine.is_closed
    with pytest.raises(EngineError, match="closed"):
        completed(engine)


def test_its_fingerprint_changes_with_its_replies():
    prints = {ScriptedEngine(replies).fingerprint for replies in (["a"], ["b"], ["a", "b"], str, len)}
    assert len(prints) == 5
    assert ScriptedEngine(["a"]).fingerprint == ScriptedEngine(["a"]).fingerprint


def test_a_file_holds_one_reply_a_line(tmp_path):
    lines = [
        "Is it a fruit?",
        "",
        '"a \\"quoted\\" line\\nand another"',
        '{"text": "I know.", "reasoning": "banana", "seconds": 0.5}',
        '{"error": "out of order"}',
        '{"text": {"say": "\u4f60\u597d", "guess": null}}',
        "keeps\u2028its separators",
    ]
    path = tmp_path / "replies.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert read_replies(str(path)) == (
        Reply("Is it a fruit?"),
        Reply('a "quoted" line\nand another'),
        Reply("I know.", "banana", 0.5),
        Reply("", error="out of order"),
        Reply('{"say": "\u4f60\u597d", "guess": null}'),
        Reply("keeps\u2028its separators"),
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('"Hello," she said', "line 2 is not JSON"),
        ("{brace", "line 2 is not JSON"),
        ("{}", "line 2 is no reply"),
        ('{"say": "x"}', "line 2 is no reply"),
        ('{"text": 3}', "line 2 is no reply"),
        ('{"text": "x", "seconds": -1}', "line 2 is no reply"),
        ('{"text": "x", "seconds": true}', "line 2 is no reply"),
        ('{"text": "x", "seconds": Infinity}', "line 2 is no reply"),
        ('{"text": "x", "error": null}', "line 2 is no reply"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, problem):
    path = tmp_path / "replies.txt"
    path.write_text(f"fine\n{line}\n", encoding="utf-8")
    with pytest.raises(EngineError, match=problem):
        read_replies(str(path))


def test_a_file_that_is_missing_or_not_text_is_named(tmp_path):
    with pytest.raises(ModelMissingError, match="No such file or directory; name a file"):
        ScriptedEngines.open(str(tmp_path / "none.txt"), {})
    path = tmp_path / "bytes.txt"
    path.write_bytes(b"ok\n\xff")
    with pytest.raises(EngineError, match="byte 3 is not UTF-8"):
        ScriptedEngines.open(str(path), {})


def test_options_are_read_and_wrong_ones_refused(tmp_path):
    path = tmp_path / "replies.txt"
    path.write_text(json.dumps("yes"), encoding="utf-8")
    engine = ScriptedEngines.open(str(path), {"repeats": "on", "context": "9", "chat": "off", "schemas": "on"})
    assert (engine.name, engine.context, engine.has_chat, engine.has_schemas) == ("replies.txt", 9, False, True)
    assert engine.is_reproducible
    for options, problem in (
        ({"repeat": "on"}, "no option 'repeat'; did you mean repeats"),
        ({"context": "0"}, "option context cannot be '0'; give a whole number from 1 up"),
        ({"context": "\u00b2"}, "option context cannot be"),
        ({"chat": "maybe"}, "option chat cannot be 'maybe'; give on or off"),
    ):
        with pytest.raises(EngineError, match=problem):
            ScriptedEngines.open(str(path), options)

"""The perplexity judge scores anything anyone can type, and never decides by a number that is none."""

import asyncio
import math
import threading

import pytest

from agents.llm.engines.scripted import ScriptedEngine
from agents.llm.judges.curve import Reading
from agents.llm.judges.errors import CalibrationError, CalibrationMismatchError, UncalibratedError
from agents.llm.judges.perplexity import MOST_NATS, MOST_WINDOWS, PerplexityGauge, PerplexityJudge, measure
from arena.core.actions import Case
from arena.core.errors import EngineError, EngineTimeoutError
from arena.core.generation import Scored
from arena.core.hits import Language
from arena.core.verdict import Role
from arena.testing.judges import check_judge


def case(text: str) -> Case:
    return Case(Role.ATTACKER, 1, text, (), Language.ENGLISH)


def read(engine, text):
    return asyncio.run(measure(engine, text))


@pytest.fixture
def judge(save, engine):
    path = save(fingerprint=engine.fingerprint)
    return lambda: PerplexityJudge(str(path), open_gauge=lambda model: PerplexityGauge(model, engine))


def test_the_measure_is_the_mean_over_tokens(engine):
    assert read(engine, "eeea") == Reading(1.5, 4)
    assert read(engine, "  e \n") == Reading(1.0, 1)


@pytest.mark.parametrize("text", ["", "  ", "\n\t"])
def test_nothing_said_is_nothing_to_rule_on(engine, judge, text):
    assert read(engine, text) is None
    assert asyncio.run(judge().rule(case(text))).score == 0.0


@pytest.mark.parametrize("text", ["e", "z", "\U0001f34c", "\ud800", "\u6771", "\x00"])
def test_one_token_gets_a_number(judge, text):
    score = asyncio.run(judge().rule(case(text))).score
    assert math.isfinite(score)
    assert (score < 0.5) == (text == "e")


def test_a_token_called_impossible_counts_for_a_bounded_number_of_nats():
    impossible = ScriptedEngine([], score=lambda _, text: Scored((text,), (-math.inf,), (9,)))
    assert read(impossible, "zzz") == Reading(MOST_NATS, 1)


def test_a_number_that_is_none_is_an_error_and_so_decides_nothing(broken_weights):
    with pytest.raises(EngineError, match="not a number"):
        read(broken_weights, "hello")


def test_a_text_longer_than_the_context_is_read_in_windows_each_after_the_one_before(engine):
    seen = []

    def keep(prompt, text):
        seen.append((prompt, text))
        return Scored((text,), (-2.0,), (1,))

    text = " ".join(f"word{place}" for place in range(100))
    reading = asyncio.run(measure(ScriptedEngine([], score=keep, context=64), text))
    assert reading == Reading(2.0, len(seen))
    assert [prompt for prompt, _ in seen] == ["", *(text for _, text in seen[:-1])]
    assert "".join(text for _, text in seen) == text
    counted = [engine.count(prompt) + engine.count(text) for prompt, text in seen]
    assert max(counted) <= 64


def test_of_a_very_long_text_stretches_are_read_all_over_it():
    seen = []

    def keep(prompt, text):
        seen.append(text)
        return Scored((text,), (-2.0,), (1,))

    text = " ".join(f"word{place}" for place in range(5000))
    asyncio.run(measure(ScriptedEngine([], score=keep, context=64), text))
    assert len(seen) == MOST_WINDOWS
    assert seen[0].startswith("word0 ")
    assert seen[-1].endswith("word4999")


def test_a_text_without_a_space_is_cut_all_the_same():
    every = ScriptedEngine([], score=lambda _, text: Scored((text,), (-2.0,), (1,)), context=64)
    every.count = len  # every character is a token
    assert read(every, "x" * 10_000) == Reading(2.0, MOST_WINDOWS)


def test_the_judge_keeps_the_laws_of_its_port(judge):
    check_judge(judge, mean_ms=100).require()


@pytest.mark.parametrize(
    ("argument", "asked"), [(None, "'perplexity' has"), ("", "'perplexity' has"), ("some/model", "--model some/model")]
)
def test_without_a_calibration_it_is_refused_with_the_command_that_makes_one(argument, asked):
    with pytest.raises(UncalibratedError, match=r"taboo judge calibrate perplexity --model .* --out") as refused:
        PerplexityJudge(argument)
    assert asked in str(refused.value)


def test_a_calibration_of_another_judge_is_refused_before_any_model_is_loaded(save):
    with pytest.raises(CalibrationMismatchError, match="relevance 1"):
        PerplexityJudge(str(save(judge="relevance")))


def test_a_file_that_is_missing_is_refused(tmp_path):
    with pytest.raises(CalibrationError, match="there is no such file"):
        PerplexityJudge(str(tmp_path / "my.json"))


def test_another_model_than_the_calibrated_one_is_refused_when_it_is_prepared(save, engine):
    judge = PerplexityJudge(str(save()), open_gauge=lambda model: PerplexityGauge(model, engine))
    for _ in range(2):  # and stays refused
        with pytest.raises(CalibrationMismatchError, match=f"0123456789abcdef.*{engine.fingerprint}"):
            judge.prepare()
    with pytest.raises(CalibrationMismatchError):
        asyncio.run(judge.rule(case("hello")))


def test_the_fingerprint_is_known_before_the_model_is_loaded_and_changes_with_the_calibration(save, engine):
    prints = set()
    for middle in (1.0, 2.0):
        from agents.llm.judges.curve import Curve

        judge = PerplexityJudge(str(save(f"{middle}.json", curve=Curve(middle, 1.0))), open_gauge=lambda _: 1 / 0)
        prints.add(judge.fingerprint)
    assert len(prints) == 2


def test_the_model_is_loaded_once_however_many_threads_ask(save, engine):
    opened = []
    gate = threading.Barrier(4)

    def open_gauge(model):
        opened.append(model)
        return PerplexityGauge(model, engine)

    judge = PerplexityJudge(str(save(fingerprint=engine.fingerprint)), open_gauge=open_gauge)

    def prepare():
        gate.wait(10)
        judge.prepare()

    threads = [threading.Thread(target=prepare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert opened == ["scripted:replies.txt"]


def test_a_failing_engine_fails_the_ruling(save):
    def fail(prompt, text):
        raise EngineTimeoutError("slow", "took too long")

    slow = ScriptedEngine([], score=fail)
    path = save(fingerprint=slow.fingerprint)
    judge = PerplexityJudge(str(path), open_gauge=lambda model: PerplexityGauge(model, slow))
    with pytest.raises(EngineTimeoutError):
        asyncio.run(judge.rule(case("hello")))

"""The conformance kit for judges."""

import asyncio
import time
from collections.abc import Callable
from math import isfinite

from arena.core.actions import Case, Said
from arena.core.hits import Language
from arena.core.ports import Judge
from arena.core.verdict import Role
from arena.testing.report import Examination, Report, check_fingerprint, require
from arena.testing.samples import HOSTILE, SMALL_TALK, history


def check_judge(make: Callable[[], Judge], mean_ms: float = 1000.0) -> Report:
    """Whether a judge keeps the laws of its port. `mean_ms` is the time it may take for an ordinary utterance."""
    return asyncio.run(_check_judge(make, mean_ms))


async def _check_judge(make: Callable[[], Judge], mean_ms: float) -> Report:
    judge, twin = make(), make()
    exam = Examination(f"judge {getattr(judge, 'name', make)}")
    with exam.law("name and version are text"):
        require(isinstance(judge.name, str) and judge.name != "", f"name is {judge.name!r}")
        require(isinstance(judge.version, str) and judge.version != "", f"version is {judge.version!r}")
    with exam.law("the fingerprint is 16 hex digits, the same for every instance"):
        check_fingerprint(judge.fingerprint, judge.fingerprint, twin.fingerprint)
    ordinary, hostile = _ordinary_cases(), _hostile_cases()
    for name, cases in (("ordinary", ordinary), ("hostile", hostile)):
        with exam.law(f"rules on {name} utterances, the same whenever asked"):
            for case in cases:
                await _check_ruling(judge, twin, case)
    with exam.law(f"takes {mean_ms} ms for an ordinary utterance at most"):
        start = time.perf_counter()
        for case in ordinary:
            await judge.rule(case)
        taken = 1000 * (time.perf_counter() - start) / len(ordinary)
        require(taken <= mean_ms, f"took {taken:.3f} ms")
    return exam.report()


async def _check_ruling(judge: Judge, twin: Judge, case: Case) -> None:
    ruling = await judge.rule(case)
    about = f"on {case.text[:40]!r}"
    signed = (ruling.judge, ruling.version, ruling.fingerprint)
    require(signed == (judge.name, judge.version, judge.fingerprint), f"{about} the ruling is signed {signed}")
    require(isinstance(ruling.label, str) and ruling.label != "", f"{about} the label is {ruling.label!r}")
    is_number = isinstance(ruling.score, int | float) and not isinstance(ruling.score, bool)
    in_range = ruling.score is not None and is_number and isfinite(ruling.score) and 0.0 <= ruling.score <= 1.0
    require(in_range, f"{about} the score is {ruling.score!r}, not a number in [0, 1]")
    for again in (await judge.rule(case), await twin.rule(case)):
        require(
            again == ruling, f"{about} it ruled {ruling.label!r} {ruling.score}, then {again.label!r} {again.score}"
        )


def _ordinary_cases() -> list[Case]:
    return [
        Case(role, 2, text, history(role, 2, lines), language)
        for language, lines in SMALL_TALK.items()
        for role in Role
        for text in lines
    ]


def _hostile_cases() -> list[Case]:
    return [
        Case(Role.DEFENDER, 3, text, before, language)
        for text in HOSTILE
        for language in Language
        for before in ((), history(Role.DEFENDER, 3, (text,)), (Said(Role.ATTACKER, 1, None),))
    ]

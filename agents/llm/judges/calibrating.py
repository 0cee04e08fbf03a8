"""Makes a calibration: measures every sentence with a judge's model and fits a curve to what it finds."""

import asyncio
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version

from agents.llm.judges.calibrated import CalibratedJudge, Gauge, OpenGauge
from agents.llm.judges.calibration import Calibration
from agents.llm.judges.curve import Reading
from agents.llm.judges.errors import TooFewSentencesError
from agents.llm.judges.fitting import Fit, fit, needed
from agents.llm.judges.perplexity import PerplexityJudge
from agents.llm.judges.relevance import RelevanceJudge
from agents.llm.judges.sentences import Sentences
from arena.clock import timestamp
from arena.core.actions import Case
from arena.core.errors import UnknownNameError
from arena.core.hits import Language

JUDGES: dict[str, type[CalibratedJudge]] = {judge.kind: judge for judge in (PerplexityJudge, RelevanceJudge)}
AT_ONCE = 64
"""How many sentences are measured at a time: enough to fill the batches of any engine."""
_LIBRARIES = ("taboo-arena", "torch", "transformers", "tokenizers", "wordfreq", "numpy")


def kind_of(judge: str) -> type[CalibratedJudge]:
    """The judge of that name. Raises UnknownNameError, also for judges that need no calibration."""
    if judge not in JUDGES:
        raise UnknownNameError("judge with a calibration", judge, known=tuple(JUDGES))
    return JUDGES[judge]


def calibrate(
    kind: type[CalibratedJudge],
    model: str,
    sentences: Sentences,
    rate: float,
    language: Language,
    *,
    open_gauge: OpenGauge | None = None,
    done: Callable[[], None] = lambda: None,
) -> tuple[Calibration, Fit]:
    """A calibration and how good it is; `done` is called after each sentence.

    Raises TooFewSentencesError, UnfitSentencesError, and EngineError or ModelSpecError where the model cannot be had.
    """
    if len(sentences.rows) < needed(rate):  # said before the model is loaded
        raise TooFewSentencesError(len(sentences.rows), rate, needed(rate))
    gauge = (open_gauge or kind.open_gauge)(model)
    cases = [sentence.case(language) for sentence in sentences.rows]
    readings = asyncio.run(_measured(gauge, cases, done))
    fitted = fit(readings, rate, by_length=kind.uses_length)
    made = Calibration(
        judge=kind.kind,
        version=kind.version,
        model=model,
        fingerprint=gauge.fingerprint,
        curve=fitted.curve,
        made_at=timestamp(),
        sentences={
            "file": sentences.file,
            "sha256": sentences.sha256,
            "count": len(readings),
            "repeated": sentences.repeated,
            "language": str(language),
        },
        rate={
            "asked": rate,
            "achieved": fitted.held_out.value,
            "interval": [fitted.held_out.interval.low, fitted.held_out.interval.high],
            "level": fitted.held_out.interval.level,
            "middle_interval": [fitted.middle.low, fitted.middle.high],
        },
        libraries={name: found for name in _LIBRARIES if (found := _version(name))},
    )
    return made, fitted


async def _measured(gauge: Gauge, cases: Sequence[Case], done: Callable[[], None]) -> list[Reading]:
    """What the gauge says of each case, in order; a case of which nothing can be told is left out."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> Reading | None:
        async with places:
            reading = await gauge.measure(case)
        done()
        return reading

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(case)) for case in cases]
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None
    return [reading for task in tasks if (reading := task.result()) is not None]


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None

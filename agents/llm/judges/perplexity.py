"""The `perplexity` judge: rules against what no fluent speaker says, as a causal language model sees it.

It measures the mean negative log-likelihood of an utterance a token, given nothing: what was said before is left out on
purpose, so that an opponent's odd words cannot make mine look odder or better, and so that plain sentences calibrate
it. Whether the utterance fits the conversation is the relevance judge's business.

What counts as bad depends on the model, so the judge needs a calibration: `perplexity:my.json`.
"""

import asyncio
from math import isnan

from agents.llm.judges.calibrated import CalibratedJudge, Gauge
from agents.llm.judges.curve import Reading
from agents.llm.judges.opening import open_engine
from agents.llm.spec import ModelSpec
from arena.core.actions import Case
from arena.core.errors import EngineError
from arena.core.ports import Engine

MOST_NATS = 20.0
"""No token counts for more, in nats: what a model calls impossible is a rare spelling more often than not."""
MOST_WINDOWS = 8
"""How many stretches of a text are read where it is longer than the model's context; of more, these many, evenly."""
_MARGIN = 8
"""Tokens of the context left free: a cut text may have a few more tokens than its halves were counted to have."""
_WITHOUT_CONTEXT = 2048
"""How many tokens are read at a time where nobody knows the model's context."""


class PerplexityJudge(CalibratedJudge):
    """Rules on how likely a language model finds an utterance, by a calibration."""

    kind, version, label = "perplexity", "1", "not_fluent"
    uses_length, needs_earlier = True, False
    code = (__file__,)

    @staticmethod
    def open_gauge(model: str) -> Gauge:
        """The model, opened and able to score. Raises EngineError, ModelSpecError."""
        return PerplexityGauge(model, open_engine(ModelSpec.parse(model)))


class PerplexityGauge:
    """Measures how likely a model finds an utterance."""

    def __init__(self, model: str, engine: Engine) -> None:
        self.model = model
        self._engine = engine

    @property
    def fingerprint(self) -> str:
        """The model's."""
        return self._engine.fingerprint

    async def measure(self, case: Case) -> Reading | None:
        """The mean negative log-likelihood of the utterance; None for an empty one. Raises EngineError."""
        return await measure(self._engine, case.text)


async def measure(engine: Engine, text: str) -> Reading | None:
    """The mean negative log-likelihood of a text in nats a token, with how many tokens were read; None for no text.

    A text longer than the context is read in windows of half a context, each after the window before it. Raises
    EngineError.
    """
    text = text.encode("utf-8", "replace").decode().strip()
    if not text:
        return None
    room = _WITHOUT_CONTEXT if engine.context is None else engine.context - _MARGIN
    pieces = [text] if engine.count(text) <= room else _cut(engine, text, max(room // 2, 1))
    scored = await asyncio.gather(
        *(engine.score(pieces[place - 1] if place else "", pieces[place]) for place in _spread(len(pieces)))
    )
    nats = [_nats(engine, logprob) for part in scored for logprob in part.logprobs]
    return Reading(sum(nats) / len(nats), len(nats)) if nats else None


def _nats(engine: Engine, logprob: float) -> float:
    if isnan(logprob):  # a broken model must not decide anything, so it is unavailable
        raise EngineError(engine.name, "the log-probability of a token is not a number", "check the model's weights")
    return min(-logprob, MOST_NATS)


def _spread(count: int) -> list[int]:
    """As many of so many places as may be read, first and last among them."""
    if count <= MOST_WINDOWS:
        return list(range(count))
    return [round(step * (count - 1) / (MOST_WINDOWS - 1)) for step in range(MOST_WINDOWS)]


def _cut(engine: Engine, text: str, room: int) -> list[str]:
    """The text in pieces of so many tokens at most, cut in half again and again, at a space where there is one near."""
    if len(text) < 2 or engine.count(text) <= room:
        return [text]
    middle = len(text) // 2
    space = text.rfind(" ", 1, middle)
    cut = space if space > middle // 2 else middle
    return _cut(engine, text[:cut], room) + _cut(engine, text[cut:], room)

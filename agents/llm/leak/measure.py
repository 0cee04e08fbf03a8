"""How near the target is at each moment of the defender's: its log-probability and its rank under a model."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite
from pathlib import Path
from random import Random
from typing import ClassVar, TypeVar

from agents.llm.engines.options import Typed
from agents.llm.errors import ContextError, OutOfMemoryError
from agents.llm.leak.cloze import Cloze, Place, cloze, spellings, texts_hash
from arena.core.actions import Fact
from arena.core.errors import EngineError, ScoringError, TabooError
from arena.core.events import Event, Started
from arena.core.generation import Scored
from arena.core.hits import Language
from arena.core.measures import Moment, Reading, moments
from arena.core.ports import Engine
from arena.core.rules import Rules
from arena.core.seeds import derive

T = TypeVar("T")

VERSION = 1
"""Grows with every change of what is asked that the texts do not show: the spellings, the cutting, the space."""
AT_ONCE = 64
"""Questions about one match that wait at the engine together: enough to fill its batches."""
ALL = "all"


@dataclass(eq=False)
class CompetitorsError(TabooError):
    """The words that a target is to be ranked among cannot be had."""

    word_list: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"its word list {self.word_list!r}: {self.problem}; {self.remedy}"


@dataclass(eq=False)
class TooLargeMatchError(TabooError):
    """Not even one question about a match fits the memory, while another match may."""

    cause: EngineError

    def __str__(self) -> str:
        return str(self.cause)


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked: where the target is looked for, and how many words of the public list it is ranked among.

    `against` None is the whole list; fewer are drawn with `seed`, for each match its own.
    """

    place: Place = Place.NEXT
    against: int | None = 0
    seed: int = 0

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever a number could, by the same model."""
        seed = self.seed if self.against else 0
        return sha256(repr((VERSION, texts_hash(self.place), self.against, seed)).encode()).hexdigest()[:16]


class LeakMeasure:
    """Asks a model at every moment how likely the target is there.

    A moment has no reading where words were redacted since, or where the latest utterance alone is too long for the
    model.

    Facts of a reading: `log_p`, the natural log-probability of the whole target in its likelier spelling (`said`, of so
    many `tokens`), None where the model gives it none; `rank` of its first token among the `rank_of` that the model
    knows (None where the engine does not tell), 1 the likeliest; where words were asked for, `among`: its rank by
    `log_p` among the `among_of` words of the match's list, itself included, ties in its favour; `left_out`, the
    utterances that did not fit the model; `as`, the place.
    """

    name = "leak"
    options: ClassVar[Mapping[str, str]] = {
        "as": 'next (default): as the defender\'s next word; guess: after "I know the word! It is"',
        "against": "how many words of the match's list the target is ranked among; all for all of them (0)",
        "seed": "draws those words (0)",
    }

    def __init__(
        self, engine: Engine, asking: Asking | None = None, adapter: str | None = None, *, digest: str | None = None
    ) -> None:
        """`digest` stands for what the adapter is; without one, only its name does."""
        self._engine, self._asking = engine, asking or Asking()
        self._adapter, self._digest = adapter, digest or adapter

    @classmethod
    def open(cls, model: str, options: Mapping[str, str]) -> "LeakMeasure":
        """The measure with a model, named as after `llm:`. Raises TabooError."""
        from agents.llm.pool import engine_kind, shared
        from agents.llm.spec import ModelSpec

        shown = model.partition("?")[0]  # an option may hold a key
        typed = Typed(shown, options)
        typed.require_known(cls.options)
        if model.startswith("llm:"):
            raise EngineError(shown, "agents are named like this", "leave out llm: before the model")
        place = Place(typed.one_of("as", tuple(Place)))
        against = None if typed.text("against") == ALL else typed.whole("against", 0, 0)
        seed = typed.whole("seed", 0, 0) or 0
        spec = ModelSpec.parse(model)
        known = engine_kind(spec.engine).options
        spec.require_known([*known, "adapter"])
        engine, adapter = shared(spec), spec.options.get("adapter")
        digest = None if adapter is None or "adapters" not in known else _digest(spec.options, adapter, engine.name)
        return cls(engine, Asking(place, against, seed), adapter, digest=digest)

    @property
    def model(self) -> str:
        """The model as people know it, with its adapter."""
        return self._engine.name if self._adapter is None else f"{self._engine.name}?adapter={self._adapter}"

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever the model does, or the files of its adapter did before it was opened."""
        known = self._engine.fingerprint
        return known if self._digest is None else sha256(f"{known} {self._digest}".encode()).hexdigest()[:16]

    @property
    def prompt(self) -> str:
        """16 hex digits that change whenever what the model is asked does."""
        return self._asking.fingerprint

    async def measure(self, events: Sequence[Event]) -> tuple[Reading, ...]:
        """A reading for every moment that has one.

        Raises EngineError where the model is at fault, CompetitorsError or TooLargeMatchError where this match is.
        """
        if not events or not isinstance(events[0].body, Started):
            return ()
        target = events[0].body.target
        others = self._competitors(events[0].match, events[0].body.rules, target)
        gate = asyncio.Semaphore(AT_ONCE)
        whole = [moment for moment in moments(events) if moment.is_whole]
        try:
            found = await _together(self._read(moment, target, others, gate) for moment in whole)
        except OutOfMemoryError as wrong:
            raise TooLargeMatchError(wrong) from None
        return tuple(reading for reading in found if reading is not None)

    def _competitors(self, match: str, rules: Rules, target: str) -> tuple[str, ...]:
        wanted = self._asking.against
        if wanted == 0:
            return ()
        from arena.words.lists import load_list

        try:
            words = [word for word in load_list(rules.word_list).words if word != target]
        except TabooError as wrong:
            remedy = "put the list where it was, or measure without --against"
            raise CompetitorsError(rules.word_list, str(wrong), remedy) from None
        if wanted is None:
            return tuple(words)
        if wanted > len(words):
            problem = f"it has {len(words)} words besides the target, fewer than {wanted}"
            raise CompetitorsError(rules.word_list, problem, f"ask for at most {len(words)}, or for all")
        return tuple(Random(derive(str(self._asking.seed), "leak", match)).sample(words, wanted))

    async def _read(
        self, moment: Moment, target: str, others: Sequence[str], gate: asyncio.Semaphore
    ) -> Reading | None:
        """The reading of a moment; None where it is too long for the model."""
        words = [spellings(word) for word in (target, *others)]
        asked = self._cloze(moment, [f" {spelling}" for word in words for spelling in word])
        if asked is None:
            return None
        prompt, space = self._parted(asked.text, moment.view.rules.language)
        try:
            best = await _together(self._best(prompt, space, word, gate) for word in words)
        except ContextError:  # tokens were counted apart, and together there may be more of them
            return None
        said, scored = best[0]
        # Engines are not asked for their vocabulary elsewhere, so those that know it say so beyond the port.
        vocabulary: int | None = getattr(self._engine, "vocabulary", None)
        facts: dict[str, Fact] = {"log_p": _finite(scored.total), "rank": scored.ranks[0], "rank_of": vocabulary}
        if others:
            facts["among"] = 1 + sum(other.total > scored.total for _, other in best[1:])
            facts["among_of"] = len(best)
        facts |= {"said": said, "tokens": len(scored.tokens), "left_out": asked.left_out}
        return Reading(moment.seq, (*facts.items(), ("as", self._asking.place.value)))

    def _cloze(self, moment: Moment, texts: Sequence[str]) -> Cloze | None:
        """The text to be read, short enough to leave room for every one of these after it; None where none is."""
        engine, most = self._engine, self._engine.context
        if most is None:
            return cloze(moment.view, self._asking.place)
        room = most - max(engine.count(text) for text in texts)
        return cloze(moment.view, self._asking.place, lambda text: engine.count(text) <= room)

    def _parted(self, text: str, language: Language) -> tuple[str, str]:
        """The prompt, and what a word after it begins with: the space between them stands where the model reads it.

        Most tokenizers join a space to the word after it. With those that join it to the word before, a word that
        brought its space along would begin with a token that the model never saw there.
        """
        if language is Language.CHINESE:
            return text, ""
        spaced = f"{text} "
        return (spaced, "") if self._engine.count(spaced) == self._engine.count(text) else (text, " ")

    async def _best(self, prompt: str, space: str, texts: Sequence[str], gate: asyncio.Semaphore) -> tuple[str, Scored]:
        """The likelier of two spellings, the first where both are alike, and its score."""
        scores = await _together(self._score(prompt, space + text, gate) for text in texts)
        return max(zip(texts, scores, strict=True), key=lambda pair: pair[1].total)

    async def _score(self, prompt: str, text: str, gate: asyncio.Semaphore) -> Scored:
        async with gate:
            try:
                return await self._engine.score(prompt, text, self._adapter)
            except ScoringError as wrong:
                if wrong.remedy:
                    raise
                remedy = "measure with a local model: --model FOLDER, or a name of the Hugging Face hub"
                raise ScoringError(wrong.model, wrong.problem, remedy) from None


def _digest(options: Mapping[str, str], adapter: str, model: str) -> str:
    from agents.llm.engines.adapters import digest  # imports torch, as the engine did

    folder = options.get("adapters")
    return digest(Path(folder).expanduser() if folder else None, adapter, model)


def _finite(number: float) -> float | None:
    return round(number, 6) if isfinite(number) else None


async def _together(asked: Iterable[Awaitable[T]]) -> list[T]:
    """What all of them give, in order. Where one fails, or the asker is cancelled, the others are cancelled too."""
    tasks = [asyncio.ensure_future(one) for one in asked]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()

"""How near the target is at each moment of the defender's: its log-probability and its rank under a model."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite
from random import Random
from typing import ClassVar, TypeVar

from agents.llm.engines.options import Typed
from agents.llm.errors import ContextError
from agents.llm.leak.cloze import Cloze, Place, cloze, spellings, texts_hash
from arena.core.actions import Fact
from arena.core.errors import ScoringError, TabooError
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

    match: str
    word_list: str
    problem: str

    def __str__(self) -> str:
        return (
            f"match {self.match!r} was played from word list {self.word_list!r}: {self.problem}; put the list where it "
            "was, ask for fewer words, or measure without --against"
        )


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
    """Asks a model at every moment how likely the target is there. What was redacted since is not asked about.

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

    def __init__(self, engine: Engine, asking: Asking | None = None, adapter: str | None = None) -> None:
        self._engine, self._asking, self._adapter = engine, asking or Asking(), adapter

    @classmethod
    def open(cls, model: str, options: Mapping[str, str]) -> "LeakMeasure":
        """The measure with a model, named as after `llm:`. Raises TabooError."""
        from agents.llm.pool import engine_kind, shared
        from agents.llm.spec import ModelSpec

        typed = Typed(model, options)
        typed.require_known(cls.options)
        place = Place(typed.one_of("as", tuple(Place)))
        against = None if typed.text("against") == ALL else typed.whole("against", 0, 0)
        seed = typed.whole("seed", 0, 0) or 0
        spec = ModelSpec.parse(model)
        spec.require_known([*engine_kind(spec.engine).options, "adapter"])
        return cls(shared(spec), Asking(place, against, seed), spec.options.get("adapter"))

    @property
    def model(self) -> str:
        """The model as people know it, with its adapter."""
        return self._engine.name if self._adapter is None else f"{self._engine.name}?adapter={self._adapter}"

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever the model does."""
        known = self._engine.fingerprint
        return known if self._adapter is None else sha256(f"{known} {self._adapter}".encode()).hexdigest()[:16]

    @property
    def prompt(self) -> str:
        """16 hex digits that change whenever what the model is asked does."""
        return self._asking.fingerprint

    async def measure(self, events: Sequence[Event]) -> tuple[Reading, ...]:
        """A reading for every moment of which all is still there. Raises EngineError or CompetitorsError."""
        if not events or not isinstance(events[0].body, Started):
            return ()
        target, match = events[0].body.target, events[0].match
        others = self._competitors(match, events[0].body.rules, target)
        gate = asyncio.Semaphore(AT_ONCE)
        whole = [moment for moment in moments(events) if moment.is_whole]
        return tuple(await _together(self._read(moment, target, others, gate) for moment in whole))

    def _competitors(self, match: str, rules: Rules, target: str) -> tuple[str, ...]:
        wanted = self._asking.against
        if wanted == 0:
            return ()
        from arena.words.lists import load_list

        try:
            words = [word for word in load_list(rules.word_list).words if word != target]
        except TabooError as wrong:
            raise CompetitorsError(match, rules.word_list, str(wrong)) from None
        if wanted is None:
            return tuple(words)
        if wanted > len(words):
            raise CompetitorsError(match, rules.word_list, f"it has {len(words)} other words, not {wanted}")
        return tuple(Random(derive(str(self._asking.seed), "leak", match)).sample(words, wanted))

    async def _read(self, moment: Moment, target: str, others: Sequence[str], gate: asyncio.Semaphore) -> Reading:
        words = [spellings(word) for word in (target, *others)]
        asked = self._cloze(moment, [f" {spelling}" for word in words for spelling in word])
        prompt, space = self._parted(asked.text, moment.view.rules.language)
        best = await _together(self._best(prompt, space, word, gate) for word in words)
        said, scored = best[0]
        # Engines are not asked for their vocabulary elsewhere, so those that know it say so beyond the port.
        vocabulary: int | None = getattr(self._engine, "vocabulary", None)
        facts: dict[str, Fact] = {"log_p": _finite(scored.total), "rank": scored.ranks[0], "rank_of": vocabulary}
        if others:
            facts["among"] = 1 + sum(other.total > scored.total for _, other in best[1:])
            facts["among_of"] = len(best)
        facts |= {"said": said, "tokens": len(scored.tokens), "left_out": asked.left_out}
        return Reading(moment.seq, (*facts.items(), ("as", self._asking.place.value)))

    def _cloze(self, moment: Moment, texts: Sequence[str]) -> Cloze:
        """The text to be read, short enough to leave room for every one of these after it."""
        engine, most = self._engine, self._engine.context
        if most is None:
            fitting = cloze(moment.view, self._asking.place)
        else:
            room = most - max(engine.count(text) for text in texts)
            fitting = cloze(moment.view, self._asking.place, lambda text: engine.count(text) <= room)
        if fitting is None:
            problem = f"event {moment.seq}: the latest utterance alone does not fit its {most} tokens"
            raise ContextError(engine.name, problem, "measure with a model of a longer context")
        return fitting

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

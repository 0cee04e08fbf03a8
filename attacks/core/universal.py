"""Universal triggers: a few words that mislead a victim whatever text they stand before, learnt from many texts.

Source: Wallace, Feng, Kandpal, Gardner and Singh, 'Universal Adversarial Triggers for Attacking and Analyzing NLP',
EMNLP 2019, section 2: all words of a trigger start alike, each step reads the gradient over a batch, takes for each
place the words that gain most to first order, and tries them place by place with a beam. Deviation: triggers are
compared by their mean score on the batch, not by the mean loss.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

import numpy as np

from attacks.core.perturbation import Perturbation
from attacks.core.searching import Outcome, Question, slope_of
from attacks.core.slopes import Slopes
from attacks.core.text import PAIR, Text

Words: TypeAlias = tuple[str, ...]
Learning: TypeAlias = Generator[Question, Sequence[Outcome], "Learnt"]
_Trying: TypeAlias = Generator[Question, Sequence[Outcome], list[float]]


@dataclass(frozen=True, slots=True)
class Learnt:
    """A trigger, with its mean score over all texts, and the share of them that it brings to the goal."""

    words: Words
    score: float
    success: float


@dataclass(frozen=True, slots=True)
class Learner:
    """How a trigger is sought.

    `candidates` words are tried at each place, in the `width` best triggers, on `batch` texts at a time. It ends after
    `rounds` batches, or when `patience` of them in a row changed nothing. `allowed` says of a word whether it may be in
    a trigger.
    """

    candidates: int = 10
    width: int = 1
    batch: int = 32
    rounds: int = 15
    patience: int = 3
    allowed: Callable[[str], bool] = str.isalpha

    def learn(self, texts: Sequence[str], start: Words, chance: Random) -> Learning:
        """Seek a trigger as long as `start` for these texts. Raises ValueError where there are none, or no words."""
        if not texts or not start:
            raise ValueError("a trigger of one word or more is learnt from one text or more")
        rooms = [room(text, start) for text in texts]
        trigger, unchanged = start, 0
        for some in _batches(rooms, self.batch, self.rounds, chance):
            before = trigger
            trigger = yield from self._better(trigger, some)
            unchanged = unchanged + 1 if trigger == before else 0
            if unchanged == self.patience:
                break
        outcomes = yield tuple(_put(room, trigger) for room in rooms)
        reached = sum(came.is_reached for came in outcomes)
        return Learnt(trigger, _mean(outcomes), reached / len(outcomes))

    def _better(self, trigger: Words, some: Sequence[Text]) -> Generator[Question, Sequence[Outcome], Words]:
        """The best trigger that differs from this one in words that the gradient proposes; itself where none does."""
        outcomes = yield Slopes(tuple(_put(room, trigger) for room in some))
        beam = [(_mean(outcomes), trigger)]
        for place, words in enumerate(self._proposed(outcomes, len(trigger))):
            known = {it for _, it in beam}
            tried = [(*it[:place], word, *it[place + 1 :]) for _, it in beam for word in words]
            tried = [it for it in dict.fromkeys(tried) if it not in known]
            scores = yield from _tried(tried, some)
            beam += zip(scores, tried, strict=True)
            beam = sorted(beam, key=lambda it: -it[0])[: self.width]
        return beam[0][1]

    def _proposed(self, outcomes: Sequence[Outcome], length: int) -> Iterator[list[str]]:
        """For each place the words whose mean first-order gain is highest."""
        slopes = [slope_of(came) for came in outcomes]
        vocabulary = slopes[0].vocabulary
        for place in range(length):
            # What stands there is the same in all texts, so it moves every gain by the same amount.
            gradient = np.mean([slope.gradients[place] for slope in slopes], axis=0)
            order = np.argsort(-(vocabulary.vectors @ gradient), kind="stable").tolist()
            allowed = (vocabulary.words[it] for it in order if self.allowed(vocabulary.words[it]))
            yield [word for word, _ in zip(allowed, range(self.candidates), strict=False)]


def room(written: str, words: Words) -> Text:
    """A text with these words before it, of a pair before its second part; only they are places."""
    at = written.find(PAIR) + 1
    spans, start = [], at
    for word in words:
        spans.append((start, start + len(word)))
        start += len(word) + 1
    return Text(f"{written[:at]}{' '.join(words)} {written[at:]}", tuple(spans))


def _put(room: Text, trigger: Words) -> Perturbation:
    return Perturbation(room, tuple((place, word) for place, word in enumerate(trigger) if word != room.words[place]))


def _tried(triggers: Sequence[Words], some: Sequence[Text]) -> _Trying:
    """The mean score of each trigger on a batch: one question."""
    outcomes = yield tuple(_put(room, trigger) for trigger in triggers for room in some)
    return [_mean(outcomes[start : start + len(some)]) for start in range(0, len(outcomes), len(some))]


def _mean(outcomes: Sequence[Outcome]) -> float:
    return sum(came.score for came in outcomes) / len(outcomes)


def _batches(rooms: Sequence[Text], size: int, count: int, chance: Random) -> Iterator[list[Text]]:
    """So many batches; all texts are in one before any is in another again."""
    left: list[Text] = []
    for _ in range(count):
        if len(left) < min(size, len(rooms)):
            left = chance.sample(rooms, len(rooms))
        yield left[:size]
        left = left[size:]

"""Asking for a word through its relations: what `direct` says, and what `trigger` says when it has no opening left."""

import random
from collections.abc import Iterator
from functools import lru_cache

from agents.grammar import NOUNS, Kind, spoken
from agents.phrases import drafts, joined
from agents.speech import chance, fallback, first_fit, is_safe, last_words, match_chance
from agents.thoughts import thoughts
from arena.core.hits import Language
from arena.core.verdict import Role
from arena.core.views import AttackerView
from arena.words.graph import Edge, Relation

_NOD = 0.6
_JITTER = 0.5
_MIN_KIND = 0.25
_NEAR_BEST = 0.6
_KINDS = 3
_STRONG = 10
_Way = tuple[str, str, str]
"""An act and its words x and y."""


def question(view: AttackerView) -> str:
    """A question whose answer is the target, by another of its relations each turn."""
    text = first_fit(view, _questions(view), is_safe(view))
    return text if text is not None else fallback(view, is_safe(view))


def _questions(view: AttackerView) -> Iterator[str]:
    language, draw = view.rules.language, chance(view, "question")
    nods = list(_nods(view)) if draw.random() < _NOD else []
    for act, x, y in _ways(view, draw):
        for ask in drafts(act, language, view.seed, view.turn, x, y):
            yield from (joined(nod, ask, language) for nod in nods)
            yield ask
    yield from drafts("chat.lost", language, view.seed, view.turn)


def _nods(view: AttackerView) -> Iterator[str]:
    """Short reactions to the word that the defender brought up last."""
    brought = brought_up(view)
    if brought is not None:
        yield from drafts("ask.nod", view.rules.language, view.seed, view.turn, brought)


def brought_up(view: AttackerView) -> str | None:
    """The word that the defender said last and the attacker had not just said, or None."""
    own = last_words(view, Role.ATTACKER)
    return next((word for word in reversed(last_words(view, Role.DEFENDER)) if word not in own), None)


def _ways(view: AttackerView, draw: random.Random) -> Iterator[_Way]:
    """Ways to ask, the best for this turn first: one relation a turn, then through the others."""
    language = view.rules.language
    cues = list(thoughts(view.target, language))
    shuffle = match_chance(view, "cues")
    cues.sort(key=lambda edge: -edge.weight * (1 - _JITTER * shuffle.random()))
    for step in range(len(cues)):
        cue = cues[(view.turn - 1 + step) % len(cues)]
        other = cues[draw.randrange(min(len(cues), _STRONG))]
        yield from _ways_of(cue, other, kinds(view.target, language), language, draw)


def _ways_of(cue: Edge, other: Edge, kinds: tuple[str, ...], language: Language, draw: random.Random) -> Iterator[_Way]:
    kind = spoken(cue.word, language).kind
    if cue.relation is Relation.IS_A and cue.outward and other.relation is Relation.TOPIC and kind in NOUNS:
        yield _by_kind(cue.word, other.word, language)
    elif cue.relation is Relation.TOPIC and kinds and draw.random() < 0.6:
        yield _by_kind(kinds[draw.randrange(len(kinds))], cue.word, language)
    elif cue.relation is Relation.TOPIC and other.relation is Relation.TOPIC and other.word != cue.word:
        yield "ask.pair", cue.word, other.word
    yield _PLAIN[cue.relation, cue.outward, kind in NOUNS], cue.word, ""
    yield "ask.topic", cue.word, ""


def _by_kind(kind: str, clue: str, language: Language) -> _Way:
    is_quality = spoken(clue, language).kind is Kind.QUALITY
    return ("ask.quality" if is_quality else "ask.kind"), kind, clue


@lru_cache(maxsize=8192)
def kinds(word: str, language: Language) -> tuple[str, ...]:
    """What the word is a kind of, nouns alone, the best first."""
    above = [edge for edge in thoughts(word, language) if edge.relation is Relation.IS_A and edge.outward]
    least = max([_MIN_KIND, *(_NEAR_BEST * edge.weight for edge in above)])
    nouns = NOUNS - {Kind.UNIQUE}
    found = [edge.word for edge in above if edge.weight >= least and spoken(edge.word, language).kind in nouns]
    return tuple(found[:_KINDS])


def _plain() -> Iterator[tuple[tuple[Relation, bool, bool], str]]:
    """The act for a relation, its direction, and whether its word is a noun."""
    for outward in (True, False):
        yield (Relation.IS_A, outward, True), "ask.is-a" if outward else "ask.example"
        yield (Relation.IS_A, outward, False), "ask.synonym"
        yield (Relation.PART_OF, outward, True), "ask.part" if outward else "ask.whole"
        yield (Relation.PART_OF, outward, False), "ask.topic"
        yield (Relation.SIMILAR, outward, True), "ask.similar"
        yield (Relation.SIMILAR, outward, False), "ask.synonym"
        for is_noun in (True, False):
            yield (Relation.OPPOSITE, outward, is_noun), "ask.opposite"
            yield (Relation.DERIVED, outward, is_noun), "ask.derived"
            yield (Relation.TOPIC, outward, is_noun), "ask.topic"


_PLAIN = dict(_plain())

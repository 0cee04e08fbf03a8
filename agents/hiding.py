"""The agent `hiding`: leads the defender near the target by talking about what lies around it.

Source: the intention hiding of Adversarial Language Games for Advanced Natural Language Intelligence (AAAI 2021): a
walk on the concept graph around the target that returns to its neighbours with a set probability. Ours takes up a word
of the defender where that word is a neighbour already, and speaks in our own sentences.
"""

import random
from collections.abc import Iterator
from typing import ClassVar

from agents.grammar import NOUNS, spoken
from agents.phrases import drafts, joined
from agents.questions import brought_up
from agents.speech import as_attacker, chance, fallback, first_fit, is_safe, match_chance, refuse_argument
from agents.thoughts import thoughts
from arena.core.actions import Action
from arena.core.hits import Language
from arena.core.ports import AgentCard, AnyView
from arena.core.verdict import Role
from arena.core.views import AttackerView
from arena.words.graph import Edge, Relation

RETURN = 0.25
"""How likely the walk goes back to a neighbour of the target at each step."""
REACH = 4
"""How many edges away from the target it strays at most."""
FOLLOW = 0.6
"""How likely it takes up the defender's word, where that is a neighbour of the target."""
_NOD, _TAIL, _ALONE = 0.4, 0.4, 0.25
_WIDTH = 12


class Hiding:
    """Attacks by small talk about the neighbourhood of the target."""

    card: ClassVar[AgentCard] = AgentCard(
        "hiding", "1", "talks about what lies around the target", roles=frozenset({Role.ATTACKER})
    )

    def __init__(self, argument: str | None = None) -> None:
        refuse_argument(self.card.name, argument)

    async def act(self, view: AnyView) -> Action:
        """A remark about the word that the walk is on."""
        seat = as_attacker(view)
        fits = is_safe(seat)
        return Action(first_fit(seat, _remarks(seat), fits) or fallback(seat, fits))

    async def close(self) -> None:
        """Nothing is held."""


def walk(view: AttackerView) -> list[str]:
    """The words that the walk visits, turn by turn, up to this one; none twice, the target never."""
    language, draw = view.rules.language, match_chance(view, "walk")
    path: list[str] = []
    seen = {view.target}
    away = 0
    for _ in range(view.turn):
        is_back = away in (0, REACH) or draw.random() < RETURN
        steps = [] if is_back else _open_steps(path[-1], language, seen)
        away = away + 1 if steps else 1
        steps = steps or _open_steps(view.target, language, seen)
        if not steps:
            break
        path.append(_pick(steps, draw).word)
        seen.add(path[-1])
    return path


def _open_steps(word: str, language: Language, seen: set[str]) -> list[Edge]:
    return [edge for edge in thoughts(word, language) if edge.word not in seen][:_WIDTH]


def _pick(edges: list[Edge], draw: random.Random) -> Edge:
    """An edge, the likelier the stronger."""
    return draw.choices(edges, [edge.weight for edge in edges])[0]


def _remarks(view: AttackerView) -> Iterator[str]:
    language, draw = view.rules.language, chance(view, "remark")
    brought = brought_up(view)
    near = {edge.word for edge in thoughts(view.target, language)}
    path = walk(view)
    if brought in near and draw.random() < FOLLOW:
        path.append(brought)
    nods = list(drafts("chat.nod", language, view.seed, view.turn, brought)) if brought else []
    is_nodding = draw.random() < _NOD and brought not in path[-1:]
    tails = list(drafts("tail", language, view.seed, view.turn)) if draw.random() < _TAIL else []
    for act, x, y in (way for word in reversed(path) for way in _ways(word, view, draw)):
        for remark in drafts(act, language, view.seed, view.turn, x, y):
            if tails and not remark.endswith(("?", "\uff1f")):
                yield joined(remark, tails[0], language)
            elif is_nodding:
                yield from (joined(nod, remark, language) for nod in nods)
            yield remark
    yield from drafts("chat.lost", language, view.seed, view.turn)


def _ways(word: str, view: AttackerView, draw: random.Random) -> Iterator[tuple[str, str, str]]:
    """Acts for the word that the walk is on, with their words x and y."""
    language = view.rules.language
    edges = _open_steps(word, language, {view.target, word})
    if edges and draw.random() >= _ALONE:
        edge = _pick(edges, draw)
        yield _about(word, edge, language)
        yield "muse.topic", word, edge.word
    yield "muse.alone", word, ""


def _about(word: str, edge: Edge, language: Language) -> tuple[str, str, str]:
    act = _MUSE.get(edge.relation, "muse.topic")
    pair = (word, edge.word) if edge.outward else (edge.word, word)
    are_nouns = all(spoken(one, language).kind in NOUNS for one in pair)
    if act == "muse.topic" or not are_nouns:
        return "muse.topic", word, edge.word
    return act, *pair


_MUSE = {
    Relation.IS_A: "muse.is-a",
    Relation.PART_OF: "muse.part",
    Relation.SIMILAR: "muse.similar",
    Relation.OPPOSITE: "muse.opposite",
}

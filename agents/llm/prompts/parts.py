"""The parts that a style is made of: what each can be filled with, when it is needed, and what it must show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.llm.prompts.slots import GapSlots, ProblemSlots, SaidSlots, ToldSlots, ToolSlots, names, slots_of
from arena.core.verdict import Role


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a style. `extra` are slots of its own, `shows` those of which it must show one at least."""

    about: str
    extra: type[Any] | None = None
    shows: tuple[str, ...] = ()
    why: str = ""
    is_needed: bool = True
    is_alone: bool = False
    """Whether it sees its own slots only."""
    roles: frozenset[Role] = frozenset(Role)

    def slots(self, role: Role) -> frozenset[str]:
        """The slots that this part may name for a role."""
        own = names(self.extra) if self.extra is not None else frozenset()
        return own if self.is_alone else own | names(slots_of(role))


SYSTEM, EXAMPLES, ANSWERING, SECRET, OPENING = "system", "examples", "answering", "secret", "opening"
HEARD, OWN, GAP, ASK = "heard", "own", "gap", "ask"
REPAIR, TOOL, TOLD = "repair", "tool", "told"

_SAID = ("quoted", "text")
_ATTACKER = frozenset({Role.ATTACKER})

PARTS: Mapping[str, Part] = {
    SYSTEM: Part("what stands at the head: the rules and how to play"),
    EXAMPLES: Part("examples, after `system`", is_needed=False),
    ANSWERING: Part("how to answer, after the examples", is_needed=False),
    # Last in the head, so that the matches of a batch share all that stands before it.
    SECRET: Part("the attacker's target, after all the rest", is_needed=False, roles=_ATTACKER),
    OPENING: Part("what the attacker is told before anything was said", is_needed=False, roles=_ATTACKER),
    HEARD: Part("one action of the opponent", SaidSlots, _SAID, "the model would never read what the opponent says"),
    OWN: Part(
        "one earlier action of one's own, where answers are text", SaidSlots, _SAID,
        "the model would never read what it said itself", is_needed=False,
    ),
    GAP: Part(
        "where turns are left out", GapSlots, ("left_out",), "nothing would say how many turns are left out",
    ),
    ASK: Part("what stands last: asks for the action", is_needed=False),
    REPAIR: Part(
        "what the model is told once when its answer is of no use", ProblemSlots, ("problem",),
        "the model would not learn what was wrong",
    ),
    TOOL: Part(
        "one tool in the list `tools`", ToolSlots, ("tool",), "the model could not name the tool", is_needed=False,
        is_alone=True,
    ),
    TOLD: Part(
        "what a tool said", ToldSlots, ("result",), "the model would not learn what the tool said", is_needed=False,
    ),
}  # fmt: skip

SHOWING_TARGET = (SYSTEM, EXAMPLES, ANSWERING, SECRET, ASK)
"""The parts that are always shown, of which one must tell the attacker its target."""


def parts_of(role: Role) -> tuple[str, ...]:
    """The names of the parts that a role has."""
    return tuple(name for name, part in PARTS.items() if role in part.roles)

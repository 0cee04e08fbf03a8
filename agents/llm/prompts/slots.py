"""What a template can be filled with. The slots of the two roles are types apart: a defender's have no target.

Every text of another person is folded or quoted before it becomes a slot (`agents.llm.prompts.quoting`).
"""

from dataclasses import dataclass, fields
from typing import Any

from arena.core.verdict import Role


@dataclass(frozen=True, slots=True)
class RuleSlots:
    """The rules of the match as values; `judges` says what the judges rule against, empty where none sits."""

    max_turns: int
    guess_limit: int
    wrong_guess: str
    attacker_leak: str
    form: str
    evasion: str
    judges: str
    on_ruling: str
    max_chars: int
    word_list: str


@dataclass(frozen=True, slots=True)
class MatchSlots(RuleSlots):
    """What every template of both roles can show.

    `you` and `opponent` are the names of the roles; `rules` and `rules_short` are the rules in words; `turn` is the
    turn to be played, `turns_left` counts it too; `refusals` counts the actions refused in this turn; `tools` lists the
    tools, empty where there are none.
    """

    you: str
    opponent: str
    rules: str
    rules_short: str
    turn: int
    turns_left: int
    guesses_left: int
    refusals: int
    tools: str


@dataclass(frozen=True, slots=True)
class DefenderSlots(MatchSlots):
    """What every template of a defender can show: all that both can, and nothing else."""


@dataclass(frozen=True, slots=True)
class AttackerSlots(MatchSlots):
    """What every template of an attacker can show: all that both can, and the target."""

    target: str


@dataclass(frozen=True, slots=True)
class SaidSlots:
    """One action of the history. `text` is its words on one line, `quoted` the same between quotation marks.

    `guess` is the quoted guess, which was wrong, or empty; `warned` whether a judge warned who said it, `redacted`
    whether a person had it removed. `your_guess` and `you_warned` tell the same of your own action just before.
    """

    said_turn: int
    text: str
    quoted: str
    guess: str
    warned: bool
    redacted: bool
    your_guess: str
    you_warned: bool


@dataclass(frozen=True, slots=True)
class GapSlots:
    """The place where turns are left out."""

    left_out: int


@dataclass(frozen=True, slots=True)
class ProblemSlots:
    """What was wrong with an answer, in words."""

    problem: str


@dataclass(frozen=True, slots=True)
class ToolSlots:
    """One tool; `arguments` lists its arguments as members of JSON, empty where it has none."""

    tool: str
    summary: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToldSlots:
    """What a tool said, on one line and quoted."""

    tool: str
    result: str


def names(kind: type[Any]) -> frozenset[str]:
    """The slots of a type."""
    return frozenset(each.name for each in fields(kind))


def values(*slots: Any) -> dict[str, object]:  # noqa: ANN401 - any of the slot types above
    """The slots of several values by name."""
    return {each.name: getattr(one, each.name) for one in slots for each in fields(one)}


def slots_of(role: Role) -> type[MatchSlots]:
    """The slots of every template of a role."""
    return AttackerSlots if role is Role.ATTACKER else DefenderSlots

"""How a match ended, in words: who won, what decided it, and who sat there. Made of the archive's record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arena.core.rules import Rules
from arena.core.verdict import Reason, Role, Verdict
from arena.server.archive import MatchRecord
from arena.server.people import Account
from web.i18n import Words
from web.talk import Line, lines

_FROM_WORDS = frozenset({Reason.LEAKED, Reason.VOID, Reason.INDUCED, Reason.INFERRED, Reason.MISGUESSED, Reason.RULED})
"""Reasons that the last utterance gave."""


@dataclass(frozen=True, slots=True)
class Sitter:
    """Who sat in a role."""

    role: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Ending:
    """What the page says: keys of the catalogue, what fills the sentence in, and the `seq` of what decided."""

    headline: str
    sentence: str
    values: Mapping[str, str]
    decisive: int | None


def ending_of(verdict: Verdict, target: str, said: Sequence[Line], you: Role | None, tell: Words) -> Ending:
    """The ending as seen from a role, or by a bystander."""
    last = next((line for line in reversed(said) if line.is_said), None)
    key = f"forfeit_{verdict.cause}" if verdict.reason is Reason.FORFEIT else verdict.reason.value
    decisive = last.seq if last is not None and verdict.reason in _FROM_WORDS else None
    return Ending(_headline(verdict.winner, you), f"ending.{key}", _values(verdict, target, last, tell), decisive)


def _headline(winner: Role | None, you: Role | None) -> str:
    if winner is None:
        return "ending.nobody_won"
    if you is None:
        return f"ending.{winner.value}_won"
    return "ending.you_won" if winner is you else "ending.you_lost"


def _values(verdict: Verdict, target: str, last: Line | None, tell: Words) -> dict[str, str]:
    part = last.decisive if last is not None else None
    loser = verdict.winner.other if verdict.winner is not None else None
    label = verdict.label or ""
    return {
        "target": target,
        "found": part.text if part is not None else tell("ending.hidden"),
        "guess": (last.guess if last is not None else None) or tell("ending.hidden"),
        "loser": tell(f"ending.loser_{loser.value}") if loser is not None else "",
        "judge": verdict.judge or "",
        "why": tell(f"talk.label_{label}") if f"talk.label_{label}" in tell else label,
    }


def held_role(record: MatchRecord, account: Account | None) -> Role | None:
    """The role that an account played in its browser."""
    if account is None:
        return None
    return next((role for role in Role if record.summary.seats[role].player == f"@{account.name}"), None)


def ending_values(record: MatchRecord, you: Role | None, tell: Words) -> dict[str, object]:
    """What the templates show of a match that is over."""
    summary, said = record.summary, lines(record.events)
    seats = [Sitter(role.value, summary.seats[role].player, summary.seats[role].kind.value) for role in Role]
    return {
        "is_over": True,
        "match": summary.id,
        "you": you.value if you is not None else None,
        "target": summary.target,
        "lines": said,
        "ending": ending_of(summary.verdict, summary.target, said, you, tell),
        "seats": seats,
        "rules": Rules.from_json(dict(record.rules)),
    }

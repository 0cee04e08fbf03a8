"""How a match ended, in words: who won, and what decided it. Made of the verdict and the lines alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from arena.core.verdict import Reason, Role, Verdict
from web.talk import Line

Translate = Callable[..., str]

_FROM_TEXT = frozenset({Reason.LEAKED, Reason.VOID, Reason.INDUCED})
_FROM_GUESS = frozenset({Reason.INFERRED, Reason.MISGUESSED})


@dataclass(frozen=True, slots=True)
class Ending:
    """What the page says: the headline's key, the sentence's key and what fills it in, and the line that decided."""

    headline: str
    sentence: str
    values: Mapping[str, str]
    decisive: int | None


def ending(verdict: Verdict, target: str, said: Sequence[Line], you: Role | None, tell: Translate) -> Ending:
    """The ending as seen from a role, or by a bystander. `tell` gives the words of a key."""
    last = next((line for line in reversed(said) if line.is_said), None)
    decides = last is not None and verdict.reason in _FROM_TEXT | _FROM_GUESS | {Reason.RULED}
    key = f"forfeit_{verdict.cause}" if verdict.reason is Reason.FORFEIT else verdict.reason.value
    return Ending(
        _headline(verdict.winner, you),
        f"ending.{key}",
        _values(verdict, target, last, tell),
        last.seq if decides and last is not None else None,
    )


def _headline(winner: Role | None, you: Role | None) -> str:
    if winner is None:
        return "ending.nobody_won"
    if you is None:
        return f"ending.{winner.value}_won"
    return "ending.you_won" if winner is you else "ending.you_lost"


def _values(verdict: Verdict, target: str, last: Line | None, tell: Translate) -> dict[str, str]:
    hidden = tell("ending.hidden")
    part = last.decisive if last is not None else None
    loser = verdict.winner.other if verdict.winner is not None else None
    return {
        "target": target,
        "found": part.text if part is not None else hidden,
        "guess": (last.guess if last is not None else None) or hidden,
        "loser": tell(f"ending.loser_{loser.value}") if loser is not None else "",
        "judge": verdict.judge or "",
        "why": label_words(verdict.label or "", tell),
    }


def label_words(label: str, tell: Translate) -> str:
    """What a judge's label means, or the label itself where the judge is not one of ours."""
    known = {"gibberish", "stalling", "pasted", "repeated", "repeated_character"}
    return tell(f"talk.label_{label}") if label in known else label

"""How many turns a second go through the match machine: no runner, no store, one thread."""

from arena.bench.measure import Measure, peak_memory, per_second
from arena.core.actions import Action
from arena.core.events import Seat, Started
from arena.core.hits import Hit, Policy
from arena.core.machine import Act, Begin, Match
from arena.core.ports import Matcher
from arena.core.rules import Rules
from arena.core.verdict import Role

BAR = 10_000
_TURNS = 10
_RULES = Rules(max_turns=_TURNS, judges=())
_SEAT = Seat("bench", "1")
_STARTED = Started(_RULES, "banana", "bench", _SEAT, _SEAT, "2026-01-01T00:00:00+00:00")
_UTTERANCES = (
    "it is something that you would find in a kitchen and people often eat it in the morning with milk",
    "do you mean the yellow thing that hangs in bunches, or a drink that my neighbour and her children want?",
    "I have not thought about it much, but last summer we went to an island where they grow along roads",
    "well, monkeys in every cartoon I know peel them first - so tell me what you would slip on in town",
)


class _Deaf:
    """A matcher that hears nothing, so that what is left is the machine."""

    fingerprint = "0" * 16

    def said(self, text: str, target: str, policy: Policy) -> tuple[Hit, ...]:  # noqa: ARG002 - the port's names
        return ()

    def guessed(self, guess: str, target: str, policy: Policy) -> bool:  # noqa: ARG002 - the port's names
        return False


def run(seconds: float = 3.0) -> list[Measure]:
    """Turns of two 20-word utterances, with the said-check and without; `seconds` of CPU time go into each."""
    from arena.words import WordMatcher

    alone = per_second(lambda: _play(_Deaf()), seconds)
    return [
        Measure("turns, said-check included", per_second(lambda: _play(WordMatcher()), seconds), "turns/s", BAR),
        Measure("turns, machine alone", alone, "turns/s"),
        Measure("one action, machine alone", 1e6 / (2 * alone), "\u00b5s"),
        peak_memory(),
    ]


def _play(matcher: Matcher) -> int:
    """Play one match to its tie and return how many turns it had."""
    match = Match("bench", _STARTED, matcher)
    match.receive(Begin(), 0)
    for turn in range(1, _TURNS + 1):
        for number, role in enumerate(Role):
            text = _UTTERANCES[(2 * turn + number) % len(_UTTERANCES)]
            match.receive(Act(role, turn, f"{turn}{role}", Action(text)), 0)
    if match.verdict is None:
        raise RuntimeError("the benched match did not end")
    return _TURNS

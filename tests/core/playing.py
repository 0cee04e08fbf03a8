"""First-class doubles of the core's tests: a matcher that hears as it is told, and a match driven by hand."""

import json
from collections.abc import Iterable, Sequence

from doubles import started

from arena.core.actions import Action, Case, Note, Ruling
from arena.core.events import Acted, Departure, Event, Faulted, Left, Refused, Resumed, Started, Suspended
from arena.core.hits import Evasion, Hit, HitRule, Policy
from arena.core.machine import (
    Act,
    Begin,
    Effect,
    Fault,
    Leave,
    Match,
    Message,
    NeedRuling,
    Record,
    Refuse,
    Resume,
    Rule,
    StartClock,
    Suspend,
    Tell,
)
from arena.core.ports import Matcher
from arena.core.projection import Audience, project
from arena.core.rules import JudgeSpec, OnRuling, Rules
from arena.core.verdict import Role, Verdict

JUDGE = JudgeSpec("bench", "1", 0.5)
STRICT_JUDGE = JudgeSpec("chair", "1", 0.9)
PLAIN = Rules(judges=())


def judged(on_ruling: OnRuling = OnRuling.END, **changes) -> Rules:
    """Rules with two judges."""
    return Rules(judges=(JUDGE, STRICT_JUDGE), on_ruling=on_ruling, **changes)


class Hearing:
    """Hears the target as a word between spaces, and spelled out with hyphens as an evasion."""

    fingerprint = "0" * 16

    def said(self, text: str, target: str, policy: Policy) -> tuple[Hit, ...]:
        at, hits = 0, []
        for word in text.split(" "):
            end = at + len(word)
            if word == target:
                hits.append(Hit(at, end, target, HitRule.EXACT, counts=True))
            if word == "-".join(target):
                hits.append(Hit(at, end, target, HitRule.SPELLED, policy.evasion is Evasion.STRICT))
            at = end + 1
        return tuple(hits)

    def guessed(self, guess: str, target: str, policy: Policy) -> bool:
        return guess == target


class Deaf(Hearing):
    """Hears nothing that is said; guesses are still answered."""

    def said(self, text: str, target: str, policy: Policy) -> tuple[Hit, ...]:
        return ()


class Recalling:
    """Answers as the events of a recorded match say that its matcher did."""

    def __init__(self, events: Sequence[Event]) -> None:
        acts = [event.body for event in events if isinstance(event.body, Acted)]
        self.fingerprint = acts[0].matcher if acts else ""
        self._hits = {act.action.text: act.hits for act in acts}
        self._right = {act.action.guess: act.right for act in acts}

    def said(self, text: str, target: str, policy: Policy) -> tuple[Hit, ...]:
        return self._hits[text]

    def guessed(self, guess: str, target: str, policy: Policy) -> bool:
        return bool(self._right[guess])


class Play:
    """A match driven by hand: keeps the events and what the last message brought."""

    def __init__(self, rules: Rules = PLAIN, target: str = "banana", matcher: Matcher | None = None, **start) -> None:
        self.match = Match("m", started(rules, target, **start), matcher or Hearing())
        self.events: list[Event] = []
        self.effects: tuple[Effect, ...] = ()
        self._acts = 0

    def send(self, message: Message, at: int | None = None) -> tuple[Effect, ...]:
        """Give the machine a message, at the match time of the last one where none is named."""
        return self._keep(self.match.receive(message, self.match.last if at is None else at))

    def tick(self, at: int) -> tuple[Effect, ...]:
        return self._keep(self.match.tick(at))

    def begin(self) -> "Play":
        self.send(Begin())
        return self

    def say(self, *texts: str, guess: str | None = None, at: int | None = None, notes: tuple[Note, ...] = ()) -> "Play":
        """The seat to move says each text in its turn."""
        for text in texts:
            self._acts += 1
            position = self.match.position
            self.send(Act(position.to_move, position.turn, str(self._acts), Action(text, guess), notes), at)
        return self

    def rule(self, *scores: float | None, labels: Sequence[str] = ("dull", "rude"), at: int | None = None) -> "Play":
        """The judges answer in the order in which they sit; None is a judge that did not."""
        position = self.match.position
        rulings = tuple(
            Ruling(judge.name, judge.version, label, score, "f")
            for judge, score, label in zip(position.rules.judges, scores, labels, strict=False)
            if score is not None
        )
        self.send(Rule(position.turn, position.to_move, rulings), at)
        return self

    @property
    def verdict(self) -> Verdict | None:
        return self.match.verdict

    @property
    def refusal(self) -> Refuse:
        """The one refusal among the latest effects."""
        (refuse,) = (effect for effect in self.effects if isinstance(effect, Refuse))
        return refuse

    @property
    def told(self) -> Tell:
        """The one turn that the latest effects announce."""
        (tell,) = (effect for effect in self.effects if isinstance(effect, Tell))
        return tell

    @property
    def case(self) -> Case:
        """What the judges are asked."""
        (need,) = (effect for effect in self.effects if isinstance(effect, NeedRuling))
        return need.case

    def _keep(self, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
        self.effects = effects
        self.events += recorded(effects)
        return effects


def recorded(effects: Iterable[Effect]) -> list[Event]:
    """The events among effects."""
    return [effect.event for effect in effects if isinstance(effect, Record)]


def seen_by(effects: Iterable[Effect], role: Role, audience: Audience) -> list[object]:
    """Everything in effects that reaches a seat or an audience, ready to be compared."""
    seen: list[object] = []
    for effect in effects:
        if isinstance(effect, Record):
            seen.append(json.dumps(project(effect.event, audience), ensure_ascii=False))
        elif isinstance(effect, Tell | StartClock | Refuse):
            seen += [effect] if effect.role is role else []
        elif not isinstance(effect, NeedRuling):
            seen.append(effect)
    return seen


def lines(events: Iterable[Event]) -> list[str]:
    """Events as the log has them."""
    return [event.to_line() for event in events]


_MESSAGES = {Started: Begin(), Suspended: Suspend(), Resumed: Resume(), Faulted: Fault()}


def replayed_live(events: Sequence[Event]) -> list[Event]:
    """The events that a machine writes when it is told what a recorded match was told."""
    first = events[0]
    assert isinstance(first.body, Started)
    match, written = Match(first.match, first.body, Recalling(events)), []
    for event in events:
        body, at = event.body, event.at
        if isinstance(body, Acted | Refused):
            effects = match.receive(Act(body.role, body.turn, body.id, body.action), at)
            if match.awaits_ruling and isinstance(body, Acted):
                effects = match.receive(Rule(body.turn, body.role, body.rulings), at)
        elif isinstance(body, Left):
            effects = match.tick(at) if body.how is Departure.TIME else match.receive(Leave(body.role, body.how), at)
        elif type(body) in _MESSAGES:
            effects = match.receive(_MESSAGES[type(body)], at)
        else:
            effects = ()
        written += recorded(effects)
    return written

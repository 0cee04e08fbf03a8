"""What hypothesis may make of the game: every kind of event, every kind of rules, and whole matches gone astray."""

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st

from arena.core.actions import Action, Note, Ruling
from arena.core.events import (
    Acted,
    Departure,
    Event,
    Faulted,
    Finished,
    Left,
    Noted,
    Redacted,
    Refusal,
    Refused,
    Resumed,
    Seat,
    Started,
    Suspended,
)
from arena.core.hits import Evasion, Form, Hit, HitRule, Language
from arena.core.machine import Act, Begin, Fault, Leave, Match, Message, Resume, Rule, Suspend
from arena.core.rules import AttackerLeak, JudgeSpec, OnRuling, Rules, WrongGuess
from arena.core.verdict import Cause, Reason, Role, Verdict

QUICK = settings(max_examples=60, deadline=None, derandomize=True)

# --- values -----------------------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
names = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8)
maybe = lambda values: st.none() | values  # noqa: E731 - reads as a word below
counts = st.integers(0, 2**53)
roles = st.sampled_from(Role)
shares = st.floats(0, 1).map(lambda score: round(score, 6))

specs = st.builds(JudgeSpec, names, names, st.floats(0.01, 1))
rules = st.builds(
    Rules,
    max_turns=st.integers(1, 1000),
    guess_limit=st.integers(0, 1000),
    wrong_guess=st.sampled_from(WrongGuess),
    attacker_leak=st.sampled_from(AttackerLeak),
    form=st.sampled_from(Form),
    evasion=st.sampled_from(Evasion),
    judges=st.lists(specs, max_size=2, unique_by=lambda spec: spec.name).map(tuple),
    on_ruling=st.sampled_from(OnRuling),
    language=st.sampled_from(Language),
    word_list=names,
    max_chars=st.integers(1, 100_000),
    turn_ms=st.integers(1, 86_400_000),
    bank_ms=st.integers(0, 86_400_000),
    judge_ms=st.integers(1, 600_000),
)
seats = st.builds(Seat, names, texts, st.booleans())
actions = st.builds(Action, texts, maybe(texts))
hits = st.builds(Hit, counts, counts, texts, st.sampled_from(HitRule), st.booleans())
rulings = st.builds(Ruling, texts, texts, texts, maybe(shares), texts)
verdicts = st.builds(
    Verdict, maybe(roles), st.sampled_from(Reason), maybe(st.sampled_from(Cause)), maybe(texts), maybe(texts)
)
starts = st.builds(Started, rules, texts, texts, seats, seats, texts, maybe(texts), st.booleans())
acts = st.builds(
    Acted,
    roles,
    counts,
    texts,
    actions,
    maybe(st.booleans()),
    st.lists(hits, max_size=2).map(tuple),
    st.lists(rulings, max_size=2).map(tuple),
    texts,
)
refusals = st.builds(Refused, roles, counts, texts, actions, st.sampled_from(Refusal))
facts = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | texts
notes = st.builds(Note, texts, texts, st.dictionaries(texts, facts, max_size=3).map(lambda row: tuple(row.items())))
bodies = st.one_of(
    starts,
    st.builds(Noted, roles, counts, texts, notes),
    acts,
    refusals,
    st.builds(Left, roles, st.sampled_from(Departure)),
    st.builds(Suspended),
    st.builds(Resumed),
    st.builds(Faulted),
    st.builds(Finished, verdicts),
    st.builds(Redacted, counts),
)
events = st.builds(Event, names, counts, counts, bodies)

# --- whole matches ----------------------------------------------------------------------------------------------------

LONGEST = 40
"""The `max_chars` of the matches below."""

HARMLESS = ("hello there", "is it big", "", " \u200b", "x" * (LONGEST + 1), "\ud83d", "你好")
TELLING = (*HARMLESS, "a banana of course", "b-a-n-a-n-a", "banana")


@dataclass(frozen=True)
class Step:
    """One thing that happens in a match, told relative to where the match stands."""

    kind: str
    role: Role | None
    turn: int
    id: int
    text: str
    guess: str | None
    scores: tuple[float | None, ...]
    how: Departure
    wait: int

    def message(self, match: Match) -> Message | None:
        """What the machine is told; None is a tick. `role` None is the seat to move."""
        position = match.position
        role = self.role or position.to_move
        made: dict[str, Message] = {
            "begin": Begin(),
            "act": Act(role, position.turn + self.turn, str(self.id), Action(self.text, self.guess)),
            "rule": Rule(
                position.turn,
                position.to_move,
                tuple(Ruling(name, "1", "told", score, "f") for name, score in zip("ab", self.scores, strict=True)),
            ),
            "leave": Leave(role, self.how),
            "suspend": Suspend(),
            "resume": Resume(),
            "fault": Fault(),
        }
        return made.get(self.kind)

    def now(self, match: Match) -> int:
        """The match time of the step: it stands still where the match does."""
        return match.last if match.stands_still else match.last + self.wait


def _steps(said: tuple[str, ...]) -> st.SearchStrategy[list[Step]]:
    kinds = ("act",) * 12 + ("rule",) * 6 + ("begin", "leave", "suspend", "resume", "resume", "fault", "tick")
    step = st.builds(
        Step,
        kind=st.sampled_from(kinds),
        role=st.sampled_from((None, None, None, *Role)),
        turn=st.sampled_from((0, 0, 0, 0, 0, -1, 1)),
        id=st.integers(0, 60),
        text=st.sampled_from(said),
        guess=st.sampled_from((None, None, None, "lemon", "", *(("banana",) if "banana" in said else ()))),
        scores=st.tuples(*[maybe(st.sampled_from((0.0, 0.4, 0.6, 1.0, 1.5, float("nan"))))] * 2),
        how=st.sampled_from(Departure),
        wait=st.sampled_from((0, 0, 1, 5, 40)),
    )
    return st.lists(step, max_size=40)


harmless_steps = _steps(HARMLESS)
telling_steps = _steps(TELLING)

short_rules = st.builds(
    Rules,
    max_turns=st.integers(1, 4),
    guess_limit=st.integers(0, 2),
    wrong_guess=st.sampled_from(WrongGuess),
    attacker_leak=st.sampled_from(AttackerLeak),
    evasion=st.sampled_from(Evasion),
    judges=st.sampled_from(((), (JudgeSpec("a", "1", 0.5),), (JudgeSpec("a", "1", 0.5), JudgeSpec("b", "1", 0.9)))),
    on_ruling=st.sampled_from(OnRuling),
    max_chars=st.just(LONGEST),
    turn_ms=st.just(60),
    bank_ms=st.sampled_from((0, 50)),
)

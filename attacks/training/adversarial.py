"""Adversarial training: attack the training texts, learn what succeeded with its right label, attack again.

Source: Goodfellow, Shlens and Szegedy, 'Explaining and Harnessing Adversarial Examples', ICLR 2015, brought to texts
as in Jia and Liang, EMNLP 2017: successes are added to the training set. Deviation: adversarial texts are made anew in
each round against the model of the round before and are kept for all later ones, not made for every batch.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from arena.analysis.rates import Estimate, paired_difference
from attacks.core.errors import AttackError
from attacks.core.ports import Attack, Victim
from attacks.engine import Engine, Example, Row, Status
from attacks.evaluation.reporting import Summary, summarise
from attacks.training.students import Lesson, Student

Watch = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""


def _unwatched(doing: str, done: int, of: int) -> None:
    """Nobody looks on."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for: so many rounds, each attacking a share of the training texts, in (0, 1]."""

    rounds: int = 1
    share: float = 0.1
    seed: int = 0
    budget: int | None = None
    width: int = 256

    def __post_init__(self) -> None:
        if self.rounds < 1 or not 0 < self.share <= 1:
            raise ValueError(f"{self.rounds} rounds with a share of {self.share}: at least 1, and above 0 up to 1")


@dataclass(frozen=True)
class Round:
    """One round: how many training texts were attacked, how many fooled the model, how many lessons were learnt."""

    attacked: int
    added: int
    lessons: int


@dataclass(frozen=True)
class Trained:
    """What became of it, all on the dev examples.

    The changes are after less before, over the same examples with intervals over pairs: of the accuracy, of the
    accuracy under attack, and of the success rate among the examples that were attacked both times. `still_fooled` is
    how many of the texts that fooled the model before fool it now, out of `fooled_before`.
    """

    rounds: tuple[Round, ...]
    before: Summary
    after: Summary
    accuracy_change: Estimate
    under_attack_change: Estimate
    success_change: Estimate
    fooled_before: int
    still_fooled: int
    lessons: tuple[Lesson, ...]
    """What was added to the training texts."""
    rows_before: tuple[Row, ...]
    rows_after: tuple[Row, ...]

    def to_json(self) -> Mapping[str, Any]:
        """The figures, as values of JSON."""
        told = ("rounds", "before", "after", "accuracy_change", "under_attack_change", "success_change")
        return {name: _plain(getattr(self, name)) for name in (*told, "fooled_before", "still_fooled")}


@dataclass(eq=False)
class NothingToLearnError(AttackError):
    """There is nothing to train with or to measure by."""

    what: str

    def __str__(self) -> str:
        return f"there are no {self.what} with a label of the victim's; give a file of texts with their labels"


def train(
    student: Student,
    attack: Attack,
    known: Sequence[Example],
    dev: Sequence[Example],
    plan: Plan,
    watch: Watch = _unwatched,
) -> Trained:
    """Train a student against an attack, and measure it before and after. Raises AttackError.

    The same plan gives the same lessons. Examples whose label is none of the victim's are left out of the training.
    """
    classes = range(student.victim.classes)
    lessons = [Lesson(it.text, int(it.label)) for it in known if it.text.strip() and it.label in classes]
    for what, examples in (("training texts", lessons), ("dev texts", dev)):
        if not examples:
            raise NothingToLearnError(what)
    before = _attacked(student.victim, attack, dev, plan, plan.seed, "dev texts before", watch)
    chance = Random(plan.seed)
    added: list[Lesson] = []
    rounds: list[Round] = []
    for number in range(1, plan.rounds + 1):
        chosen = chance.sample(range(len(lessons)), max(1, round(plan.share * len(lessons))))
        examples = [Example(it, lessons[it].text, lessons[it].label) for it in sorted(chosen)]
        title = f"round {number}: training texts"
        rows = _attacked(student.victim, attack, examples, plan, chance.getrandbits(32), title, watch)
        # By number, as rows come in an order that depends on the width.
        made = [
            Lesson(row.perturbed, int(row.label))
            for row in rows
            if row.status is Status.SUCCEEDED and row.perturbed is not None
        ]
        added += made
        student.learn([*lessons, *added], Random(chance.getrandbits(64)), partial(watch, f"round {number}: learning"))
        rounds.append(Round(len(rows), len(made), len(lessons) + len(added)))
    after = _attacked(student.victim, attack, dev, plan, plan.seed, "dev texts after", watch)
    return _compared(student.victim, tuple(rounds), before, after, tuple(added))


def _attacked(
    victim: Victim, attack: Attack, examples: Sequence[Example], plan: Plan, seed: int, title: str, watch: Watch
) -> list[Row]:
    engine = Engine(victim, attack, budget=plan.budget, seed=seed, width=plan.width)
    rows: list[Row] = []
    watch(title, 0, len(examples))
    for row in engine.run(examples):
        rows.append(row)
        watch(title, len(rows), len(examples))
    return sorted(rows, key=lambda row: row.number)


def _compared(
    victim: Victim, rounds: tuple[Round, ...], before: Sequence[Row], after: Sequence[Row], lessons: tuple[Lesson, ...]
) -> Trained:
    sound = [pair for pair in zip(before, after, strict=True) if all(row.status is not Status.ERROR for row in pair)]
    tried = [pair for pair in sound if all(row.status is not Status.SKIPPED for row in pair)]
    fooled = [row for row in before if row.status is Status.SUCCEEDED and row.perturbed is not None]
    said = victim.predict([row.perturbed or "" for row in fooled]).argmax(axis=1).tolist() if fooled else []
    return Trained(
        rounds=rounds,
        before=summarise(before),
        after=summarise(after),
        accuracy_change=_change(sound, lambda row: row.status is not Status.SKIPPED),
        under_attack_change=_change(sound, lambda row: row.status is Status.FAILED),
        success_change=_change(tried, lambda row: row.status is Status.SUCCEEDED),
        fooled_before=len(fooled),
        still_fooled=sum(label != row.label for label, row in zip(said, fooled, strict=True)),
        lessons=lessons,
        rows_before=tuple(before),
        rows_after=tuple(after),
    )


def _change(pairs: Sequence[tuple[Row, Row]], is_so: Callable[[Row], bool]) -> Estimate:
    """How much more often something is so after than before, each example a cluster of its own."""
    first, then = ([is_so(pair[side]) for pair in pairs] for side in (0, 1))
    return paired_difference(then, first, list(range(len(pairs))), seed=0)


def _plain(value: Any) -> Any:  # noqa: ANN401 - values of JSON
    if isinstance(value, tuple):
        return [_plain(it) for it in value]
    return value if isinstance(value, int) else asdict(value)


def write_lessons(path: Path, lessons: Sequence[Lesson]) -> None:
    """Write lessons as lines of JSON with text and label."""
    lines = (json.dumps(it._asdict(), ensure_ascii=False) + "\n" for it in lessons)
    path.write_text("".join(lines), encoding="utf-8", errors="backslashreplace")

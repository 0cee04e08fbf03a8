"""All examples side by side: each asks what it wants, the desk answers all at once, each goes on."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from random import Random

from attacks.core.errors import CapabilityError
from attacks.core.goals import Goal, Untargeted
from attacks.core.ports import Attack, Victim
from attacks.engine.desk import Desk
from attacks.engine.rows import Row, Status
from attacks.engine.run import Run


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its right label. `number` names it in the rows."""

    number: int
    text: str
    label: int


class Engine:
    """Attacks a victim on many examples. `width` is how many are under way at a time: it changes speed and no row.

    `budget` is the most distinct texts that the search of one example may ask for; a question that would go beyond it
    is not asked, and the example has failed. `seed` gives each example a chance of its own.
    """

    def __init__(
        self,
        victim: Victim,
        attack: Attack,
        *,
        goal: Callable[[int], Goal] = Untargeted,
        budget: int | None = None,
        seed: int = 0,
        width: int = 256,
        batch: int = 256,
    ) -> None:
        """Raises CapabilityError where the victim cannot do what the attack needs."""
        missing = attack.needs - victim.can
        if missing:
            raise CapabilityError(attack.name, victim.name, tuple(sorted(missing)))
        self._victim, self._attack, self._goal = victim, attack, goal
        self._budget, self._seed, self._width = budget, seed, width
        self.desk = Desk(victim, batch)

    def run(self, examples: Iterable[Example]) -> Iterator[Row]:
        """A row for every example, as they come to their ends; the order depends on `width`, the rows do not."""
        waiting = iter(examples)
        live: list[Run] = []
        while True:
            for example in waiting:
                made = self._begin(example)
                if isinstance(made, Row):
                    yield made
                else:
                    live.append(made)
                if len(live) >= self._width:
                    break
            if not live:
                return
            self._answer(live)
            yield from (run.row for run in live if run.row is not None)
            live = [run for run in live if run.row is None]

    def _answer(self, live: list[Run]) -> None:
        for is_fresh in (False, True):
            some = [run for run in live if run.is_fresh is is_fresh and run.row is None]
            answers = self.desk.answers((text for run in some for text in run.wanted), fresh=is_fresh)
            for run in some:
                run.take(answers)

    def _begin(self, example: Example) -> Run | Row:
        number, text, label = example.number, example.text, example.label
        problem = ""
        if not text.strip():
            problem = "the text is empty"
        elif not 0 <= label < self._victim.classes:
            problem = f"label {label} is none of the victim's {self._victim.classes} classes"
        if problem:
            return Row(number, label, Status.ERROR, text, None, (), 0, 0, 0, None, None, problem)
        return Run(number, text, label, self._attack, self._goal(label), self._budget, self._chance(number))

    def _chance(self, number: int) -> Random:
        return Random(sha256(f"{self._seed}:{number}".encode()).digest())

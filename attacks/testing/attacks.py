"""The conformance kit for attacks."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from attacks.core.errors import CapabilityError
from attacks.core.ports import Attack, Capability, Victim
from attacks.engine import Engine, Example, Row, Status
from attacks.testing.linear import Breaking, Limited, Linear
from attacks.testing.report import BreachError, Law, Report, examined, require
from attacks.testing.samples import HOSTILE, SAMPLES

BUDGETS = (1, 3, 20)
ENOUGH = 200
"""The budget where none is tried: what an attack does shows in less."""


def check_attack(
    make: Callable[[], Attack], language: str = "en", texts: Sequence[str] | None = None, budget: int = ENOUGH
) -> Report:
    """Whether an attack keeps the laws of its port. It is made once, and tried on `texts` or on samples.

    `budget` bounds what it may ask for each text; a small one makes a slow attack quick to check.
    """
    attack = make()
    trial = _Trial(attack, tuple(SAMPLES[language] if texts is None else texts), budget)
    laws: tuple[tuple[str, Law], ...] = (
        ("says what it is called, what it needs and what it reads", trial.describes_itself),
        ("the same seed gives the same rows, whatever the width and the batch", trial.is_deterministic),
        ("a row's changes make its perturbed text, which the victim gets wrong", trial.rows_are_true),
        ("keeps its budget to the query", trial.keeps_budget),
        ("what is protected stays", trial.keeps_protected),
        ("refuses a victim that cannot do what it needs, and asks it nothing", trial.refuses),
        ("one object serves several threads", trial.is_thread_safe),
        ("a victim that breaks gives errors, not failures", trial.names_errors),
        ("no text is too strange", trial.stands_anything),
    )
    return examined(f"attack {getattr(attack, 'name', attack)}", laws)


class _Trial:
    """An attack on a linear victim; the labels are what the victim says, so that every text is attacked."""

    def __init__(self, attack: Attack, texts: tuple[str, ...], enough: int) -> None:
        self._attack, self._enough = attack, enough
        labels = Linear().predict(texts).argmax(axis=1).tolist()
        pairs = enumerate(zip(texts, labels, strict=True))
        self._examples = [Example(number, text, label) for number, (text, label) in pairs]
        self._reference: list[Row] | None = None

    def _rows(
        self,
        victim: Victim | None = None,
        examples: Sequence[Example] | None = None,
        budget: int | None = None,
        width: int = 16,
        batch: int = 256,
    ) -> list[Row]:
        most = self._enough if budget is None else budget
        engine = Engine(victim or Linear(), self._attack, seed=7, budget=most, width=width, batch=batch)
        return sorted(engine.run(self._examples if examples is None else examples), key=lambda row: row.number)

    @property
    def reference(self) -> list[Row]:
        """The rows that all others are compared with."""
        if self._reference is None:
            self._reference = self._rows()
        return self._reference

    def describes_itself(self) -> None:
        name, needs, reads = self._attack.name, self._attack.needs, self._attack.reads
        require(isinstance(name, str) and name.strip() == name != "", f"name is {name!r}")
        require(isinstance(needs, frozenset) and all(it in Capability for it in needs), f"needs is {needs!r}")
        require(isinstance(reads, str) and "\n" not in reads, f"reads is {reads!r}")

    def is_deterministic(self) -> None:
        broken = [row for row in self.reference if row.status is Status.ERROR]
        require(not broken, f"broke on {broken[0].text!r}: {broken[0].problem}" if broken else "")
        for width, batch in ((16, 256), (1, 256), (1, 1)):
            same = self._rows(width=width, batch=batch) == self.reference
            require(same, f"other rows with width {width} and batch {batch}")

    def rows_are_true(self) -> None:
        for row in self.reference:
            if row.status is Status.SUCCEEDED:
                made = _applied(row)
                require(made == row.perturbed, f"{row.changes} makes {made!r} of {row.text!r}, not {row.perturbed!r}")
                said = int(Linear().predict([made]).argmax())
                require(said != row.label, f"{made!r} is still taken for {row.label}")

    def keeps_budget(self) -> None:
        for budget in (it for it in BUDGETS if it <= self._enough):
            for example in self._examples:
                victim = Linear()
                (row,) = self._rows(victim, [example], budget=budget)
                asked = len(victim.shown - {example.text}) + len(victim.sloped)
                # A success that the search saw by its slope only is shown once more, which is no query of the search.
                again = row.status is Status.SUCCEEDED and row.perturbed in victim.sloped
                require(asked - again <= budget, f"{asked} queries with a budget of {budget} for {example.text!r}")
                require(
                    asked - again <= row.queries <= asked, f"a row says {row.queries} queries, the victim saw {asked}"
                )

    def keeps_protected(self) -> None:
        spans = [replace(it, protected=((0, max(1, len(it.text) // 2)),)) for it in self._examples]
        for row in self._rows(examples=spans):
            (_, end) = spans[row.number].protected[0]
            require(row.status is not Status.ERROR, f"broke on {row.text!r}: {row.problem}")
            touched = [span for span, _ in row.changes if span[0] < end]
            require(not touched, f"changed {touched} of {row.text!r}, which is protected up to {end}")

    def refuses(self) -> None:
        for lacking in sorted(self._attack.needs):
            victim = Linear()
            try:
                self._rows(Limited(victim, victim.can - {lacking}))
            except CapabilityError:
                require(not victim.shown and not victim.sloped, "asked before it refused")
            else:
                raise BreachError(f"took a victim without {lacking}")

    def is_thread_safe(self) -> None:
        with ThreadPoolExecutor(max_workers=3) as threads:
            found = list(threads.map(lambda width: self._rows(width=width), (1, 2, 16)))
        require(all(rows == self.reference for rows in found), "other rows in threads")

    def names_errors(self) -> None:
        for example in self._examples:
            victim = Breaking(frozenset({example.text}))
            (row,) = self._rows(victim, [example])
            is_named = row.status is Status.ERROR and "refuses" in row.problem
            require(is_named or not victim.refused, f"a row says {row.status} where the victim broke")

    def stands_anything(self) -> None:
        labels = Linear().predict(HOSTILE).argmax(axis=1).tolist()
        examples = [Example(number, *it) for number, it in enumerate(zip(HOSTILE, labels, strict=True))]
        for row in self._rows(examples=examples):
            is_expected = not row.text.strip() or row.status is not Status.ERROR
            require(is_expected, f"broke on {row.text[:60]!r}: {row.problem}")


def _applied(row: Row) -> str:
    """The text with the changes of its row made; a word that is taken out takes the space before it along."""
    made = row.text
    for (start, end), text in sorted(row.changes, reverse=True):
        first = start - 1 if not text and made[:start].endswith(" ") else start
        made = made[:first] + text + made[end:]
    return made

"""What models and programs say of an attack's successes, taken from its saved rows: anybody can take it again.

measures.jsonl holds a line for each success and measure: {"measure", "number", "of", "value", "before", "after", "by",
"fingerprint"}; `of` is a digest of the two texts, so that a line about other texts is known for one and passed over.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from attacks.core.errors import AttackError
from attacks.engine import Row, Status

if TYPE_CHECKING:
    from attacks.metrics.grammar import LanguageTool
    from attacks.metrics.perplexity import CausalLM
    from attacks.metrics.similarity import SentenceEncoder

MEASURES = "measures.jsonl"
TOLD: Mapping[str, str] = {
    "similarity": "similarity",
    "perplexity": "perplexity, after by before",
    "grammar": "grammar errors added",
}
"""The measures, and what their value is."""


@dataclass(eq=False)
class MeasuresError(AttackError):
    """A file of measures that cannot be read."""

    path: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.problem}; remove the file and measure again"


@dataclass(frozen=True, slots=True)
class Measure:
    """What one measure says of one success. `before` and `after` are of the two texts apart, where they stand alone."""

    measure: str
    number: int
    of: str
    value: float
    before: float | None
    after: float | None
    by: str
    fingerprint: str

    def to_line(self) -> str:
        """The measure as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure over the successes of an attack: `count` of `successes` have it, by the model `by`."""

    measure: str
    mean: float
    median: float
    count: int
    successes: int
    by: str
    fingerprint: str
    values: Mapping[int, float]


Measuring = Callable[[str, str], tuple[float, float | None, float | None] | None]
"""The value of an original and a perturbed text, and what each has by itself; None where there is nothing to say."""


@dataclass(frozen=True)
class Measurer:
    """Takes one measure."""

    measure: str
    by: str
    fingerprint: str
    take: Measuring

    @classmethod
    def similarity(cls, encoder: "SentenceEncoder") -> "Measurer":
        """The cosine of the texts' vectors."""
        return cls(
            "similarity",
            encoder.name,
            encoder.fingerprint,
            lambda one, other: (encoder.similarity(one, other), None, None),
        )

    @classmethod
    def perplexity(cls, model: "CausalLM") -> "Measurer":
        """The perplexity after by that before."""

        def take(one: str, other: str) -> tuple[float, float, float] | None:
            before, after = model.perplexity(one), model.perplexity(other)
            return None if before is None or after is None else (after / before, before, after)

        return cls("perplexity", model.name, model.fingerprint, take)

    @classmethod
    def grammar(cls, tool: "LanguageTool") -> "Measurer":
        """The errors after less those before."""

        def take(one: str, other: str) -> tuple[float, float, float]:
            before, after = tool.errors(one), tool.errors(other)
            return after - before, before, after

        return cls("grammar", tool.name, tool.fingerprint, take)


def opened(
    similarity: str | None = None, perplexity: str | None = None, *, grammar: bool = False, language: str = "en"
) -> list[Measurer]:
    """The measurers of these models, by folder or name. Raises MeasureError."""
    found = []
    if similarity is not None:
        from attacks.metrics.similarity import SentenceEncoder

        found.append(Measurer.similarity(SentenceEncoder.open(similarity)))
    if perplexity is not None:
        from attacks.metrics.perplexity import CausalLM

        found.append(Measurer.perplexity(CausalLM.open(perplexity)))
    if grammar:
        from attacks.metrics.grammar import LanguageTool

        found.append(Measurer.grammar(LanguageTool.open(language)))
    return found


def measured(rows: Iterable[Row], measurers: Sequence[Measurer]) -> Iterator[Measure]:
    """What the measurers say of every success, in the order of rows and measurers. Values have six places."""
    for row in rows:
        if row.status is not Status.SUCCEEDED or row.perturbed is None:
            continue
        for it in measurers:
            taken = it.take(row.text, row.perturbed)
            if taken is not None:
                value, before, after = (None if part is None else round(float(part), 6) for part in taken)
                assert value is not None
                yield Measure(it.measure, row.number, _digest(row), value, before, after, it.by, it.fingerprint)


def write_measures(folder: Path, rows: Sequence[Row], measures: Sequence[Measure]) -> None:
    """Write measures down beside the rows; of each measure that is taken now, what was there before goes.

    Raises MeasuresError.
    """
    taken = {it.measure for it in measures}
    kept = [it for it in _read(folder / MEASURES) if it.measure not in taken]
    order = {row.number: place for place, row in enumerate(rows)}
    names = list(TOLD)
    every = sorted([*kept, *measures], key=lambda it: (order.get(it.number, len(order)), names.index(it.measure)))
    new = folder / f"{MEASURES}.new"
    new.write_text("".join(it.to_line() + "\n" for it in every), encoding="utf-8")
    os.replace(new, folder / MEASURES)  # noqa: PTH105 - the one call that promises to be atomic


def read_measures(folder: Path, rows: Sequence[Row]) -> dict[str, Measured]:
    """The measures of these rows, by name, in the order of TOLD; empty where none was taken. Raises MeasuresError."""
    digests = {row.number: _digest(row) for row in rows if row.status is Status.SUCCEEDED}
    fitting = [it for it in _read(folder / MEASURES) if digests.get(it.number) == it.of]
    found = {}
    for name in TOLD:
        some = [it for it in fitting if it.measure == name]
        if some:
            values = {it.number: it.value for it in some}
            found[name] = Measured(
                measure=name,
                mean=fmean(values.values()),
                median=median(values.values()),
                count=len(values),
                successes=len(digests),
                by=some[0].by,
                fingerprint=some[0].fingerprint,
                values=values,
            )
    return found


def strays(folder: Path, rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """Number and measure of every line that is about other texts than a success of these rows. Raises MeasuresError."""
    digests = {row.number: _digest(row) for row in rows if row.status is Status.SUCCEEDED}
    return ((it.number, it.measure) for it in _read(folder / MEASURES) if digests.get(it.number) != it.of)


def otherwise(
    folder: Path, rows: Sequence[Row], measurers: Sequence[Measurer], tolerance: float
) -> Iterator[tuple[int, str]]:
    """Number and problem where a measure that is taken again is another than the folder says. Raises MeasuresError.

    Values may be off by `tolerance`, those above 1 by such a share of them.
    """
    taken = {it.measure for it in measurers}
    written = {(it.measure, it.number): it for it in _read(folder / MEASURES) if it.measure in taken}
    for it in measured(rows, measurers):
        there = written.pop((it.measure, it.number), None)
        if there is None:
            yield it.number, f"has no {it.measure} in {MEASURES}, and {it.value:g} is measured"
        elif there.fingerprint != it.fingerprint:
            yield it.number, f"the {it.measure} in {MEASURES} was taken by another model"
        elif not abs(there.value - it.value) <= tolerance * max(1.0, abs(it.value)):
            yield it.number, f"the {it.measure} comes out as {it.value:g}, and {MEASURES} says {there.value:g}"
    yield from ((number, f"has a {name} in {MEASURES} that is measured no more") for name, number in written)


def _read(file: Path) -> list[Measure]:
    if not file.is_file():
        return []
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row: Any = json.loads(line)
            made = Measure(**row)
            if made.measure not in TOLD or not isinstance(made.value, int | float):
                raise ValueError(f"{made.measure!r} of {made.value!r} is no measure")
        except (ValueError, TypeError) as wrong:
            raise MeasuresError(str(file), number, f"is no measure ({wrong})") from None
        found.append(made)
    return found


def _digest(row: Row) -> str:
    return sha256(f"{row.text}\0{row.perturbed}".encode("utf-8", "surrogatepass")).hexdigest()[:16]

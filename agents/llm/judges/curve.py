"""From what a judge measures on a text to its score in [0, 1]. Knows nothing of models or files."""

from dataclasses import dataclass, fields
from math import exp, isfinite, sqrt

_STEEPEST = 500.0
"""Beyond this many widths from the middle, a score is 0 or 1 to the last digit."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a judge measured on a text, higher is worse, and over how many tokens; `value` is a mean over them."""

    value: float
    tokens: int = 1


@dataclass(frozen=True, slots=True)
class LengthCurve:
    """What the mean of a good text of n tokens is expected to be, and how far it strays.

    Expected is `level + start / n`: the first tokens of a text are the hardest. Its variance is `spread + noise / n`:
    the mean of few tokens tells little. The defaults leave every reading as it is.
    """

    level: float = 0.0
    start: float = 0.0
    spread: float = 1.0
    noise: float = 0.0

    def standardised(self, reading: Reading) -> float:
        """How many standard deviations the reading lies above a good text of its length."""
        tokens = max(reading.tokens, 1)
        return (reading.value - self.level - self.start / tokens) / sqrt(self.spread + self.noise / tokens)


@dataclass(frozen=True, slots=True)
class Curve:
    """Where readings begin to count against a text: `middle` scores 0.5, `width` says how sharply."""

    middle: float
    width: float
    length: LengthCurve = LengthCurve()

    def score(self, reading: Reading) -> float:
        """How sure the judge is, in [0, 1], rounded as the log keeps it."""
        steps = (self.length.standardised(reading) - self.middle) / self.width
        return round(1 / (1 + exp(-max(-_STEEPEST, min(_STEEPEST, steps)))), 6)

    def to_json(self) -> dict[str, object]:
        """The curve as JSON values."""
        length = {field.name: getattr(self.length, field.name) for field in fields(LengthCurve)}
        return {"middle": self.middle, "width": self.width, "length": length}

    @classmethod
    def from_json(cls, row: object) -> "Curve":
        """The curve that `to_json` wrote. Raises ValueError naming what is missing or wrong."""
        middle, width = _numbers(row, ("middle", "width"))
        length = _numbers(row.get("length") if isinstance(row, dict) else None, ("level", "start", "spread", "noise"))
        if width <= 0 or length[2] <= 0 or length[3] < 0:
            raise ValueError("curve: width and spread must be above 0, noise not below it")
        return cls(middle, width, LengthCurve(*length))


def _numbers(row: object, names: tuple[str, ...]) -> list[float]:
    numbers = []
    for name in names:
        number = row.get(name) if isinstance(row, dict) else None
        if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
            raise ValueError(f"curve: {name} is {number!r}, not a number")
        numbers.append(float(number))
    return numbers

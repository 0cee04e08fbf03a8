"""What can be wrong with a model judge: its argument, its calibration, the sentences it is calibrated on."""

from dataclasses import dataclass

from arena.core.errors import TabooError


@dataclass(eq=False)
class UncalibratedError(TabooError):
    """A judge was named without a calibration, so that its score would mean nothing."""

    judge: str
    model: str | None

    def __str__(self) -> str:
        shown = self.model or "MODEL"
        asked = f"{self.judge}:{self.model}" if self.model else self.judge
        return (
            f"judge {asked!r} has no calibration, so nobody knows which of its scores are bad: make one with "
            f"`taboo judge calibrate {self.judge} --model {shown} --sentences FILE --out my.json` and name the judge "
            f"as {self.judge}:my.json"
        )


@dataclass(eq=False)
class CalibrationError(TabooError):
    """A calibration file that cannot be used."""

    path: str
    problem: str
    remedy: str = "make it anew with `taboo judge calibrate`"

    def __str__(self) -> str:
        return f"calibration {self.path!r}: {self.problem}; {self.remedy}"


@dataclass(eq=False)
class CalibrationMismatchError(TabooError):
    """A calibration was made for another judge, another version of it, or another model."""

    path: str
    what: str
    made_for: str
    used_with: str

    def __str__(self) -> str:
        return (
            f"calibration {self.path!r} was made for {self.what} {self.made_for!r} and cannot be used with "
            f"{self.used_with!r}; calibrate anew with `taboo judge calibrate`"
        )


@dataclass(eq=False)
class TooFewSentencesError(TabooError):
    """There are too few sentences to say anything about a rate so low."""

    given: int
    rate: float
    needed: int

    def __str__(self) -> str:
        return (
            f"{self.given} different sentences are too few for a false-ruling rate of {self.rate:g}: "
            f"{self.needed} are needed; give more sentences or a higher --rate"
        )


@dataclass(eq=False)
class UnfitSentencesError(TabooError):
    """Sentences that no curve can be fitted to."""

    problem: str
    rate: float | None

    def __str__(self) -> str:
        about = f" at a rate of {self.rate:g}" if self.rate is not None else ""
        remedy = "give sentences of the kind that is said in matches"
        return f"no curve fits these sentences{about}: {self.problem}; {remedy}"


@dataclass(eq=False)
class RateError(TabooError):
    """A false-ruling rate that no judge is calibrated for."""

    rate: float
    highest: float

    def __str__(self) -> str:
        return f"--rate cannot be {self.rate:g}: give a share above 0 and at most {self.highest:g}"


@dataclass(eq=False)
class SentencesFileError(TabooError):
    """A file of sentences that cannot be read at all."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"sentences {self.path!r} cannot be read: {self.problem}; name a file with one sentence a line"


@dataclass(eq=False)
class SentenceError(TabooError):
    """A line of a file of sentences that cannot be used."""

    path: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.problem}"

"""What the judges that measure and are calibrated have in common: one measures a text, and a curve makes it a score."""

import asyncio
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Protocol, TypeAlias

from agents.llm.judges import calibration, curve
from agents.llm.judges.calibration import Named, named
from agents.llm.judges.curve import Curve, Reading
from agents.llm.judges.errors import UncalibratedError
from agents.llm.judges.opening import Once
from arena.core.actions import Case, Ruling
from arena.judges.reading import FINE, fingerprint

THRESHOLD = 0.5
"""Every curve is fitted so that this is the score from which a judge is against an utterance."""


class Gauge(Protocol):
    """Measures utterances with one model, ready to do so. Safe to be used from several event loops."""

    @property
    def model(self) -> str:
        """The model as it was asked for."""

    @property
    def fingerprint(self) -> str:
        """The model's fingerprint, 16 hex digits."""

    async def measure(self, case: Case) -> Reading | None:
        """How bad the utterance is, higher is worse; None where nothing can be told. Raises EngineError."""


OpenGauge: TypeAlias = Callable[[str], Gauge]
"""Makes the gauge of a model as it was asked for. May take long. Raises TabooError."""


class CalibratedJudge:
    """Rules by what a gauge measures and a calibration's curve.

    A judge of this kind says what it is called, under which version and label it rules, how it comes by its gauge, and
    which of its own files decide. `uses_length` says whether its readings are means over tokens, `needs_earlier`
    whether it measures against what was said before.
    """

    kind: ClassVar[str]
    version: ClassVar[str]
    label: ClassVar[str]
    uses_length: ClassVar[bool]
    needs_earlier: ClassVar[bool]
    code: ClassVar[tuple[str, ...]]

    def __init__(self, argument: str | None = None, *, open_gauge: OpenGauge | None = None) -> None:
        """Read the calibration; the model is not loaded yet. `open_gauge` stands in for the judge's own.

        Raises CalibrationError, CalibrationMismatchError, UncalibratedError.
        """
        self.name = self.kind if argument is None else f"{self.kind}:{argument}"
        self._open = open_gauge or self.open_gauge
        found = None if argument is None else named(argument)
        if found is not None:
            found.calibration.require_judge(found.path, self.kind, self.version)
        elif argument is not None or self.built_in() is None:
            raise UncalibratedError(self.kind, argument or None)
        self._named = found
        self._gauge = Once(self._checked_gauge)

    @staticmethod
    def open_gauge(model: str) -> Gauge:
        """The gauge of a model as it was asked for. Raises TabooError."""
        raise NotImplementedError

    @classmethod
    def built_in(cls) -> tuple[str, Curve] | None:
        """Model and curve of the judge without an argument; None where it needs one."""
        return None

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits over code, model and calibration. Where it was calibrated the model need not be loaded."""
        known = self._gauge.get().fingerprint if self._named is None else self._named.calibration.text
        return fingerprint(*read((*self.code, str(calibration.__file__), str(curve.__file__), __file__)), known)

    def prepare(self) -> None:
        """Load the model. Raises EngineError, CalibrationMismatchError."""
        self._gauge.get()

    async def rule(self, case: Case) -> Ruling:
        """How sure the judge is that something is wrong with the utterance; where nothing can be told, nothing is."""
        gauge = self._gauge.get() if self._gauge.is_loaded else await asyncio.to_thread(self._gauge.get)
        reading = await gauge.measure(case)
        score = 0.0 if reading is None else self.curve.score(reading)
        return Ruling(self.name, self.version, self.label if score >= THRESHOLD else FINE, score, self.fingerprint)

    @property
    def curve(self) -> Curve:
        """What makes a reading a score."""
        if self._named is not None:
            return self._named.calibration.curve
        return self._built_in[1]

    @property
    def _built_in(self) -> tuple[str, Curve]:
        found = self.built_in()
        if found is None:
            raise UncalibratedError(self.kind, None)
        return found

    def _checked_gauge(self) -> Gauge:
        named: Named | None = self._named
        gauge = self._open(self._built_in[0] if named is None else named.model)
        if named is not None:
            named.calibration.require_model(named.path, gauge.model, gauge.fingerprint)
        return gauge


def read(paths: Iterable[str]) -> list[str]:
    """The text of source files."""
    return [Path(path).read_text(encoding="utf-8") for path in paths]

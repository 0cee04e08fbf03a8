"""Options of an engine, read from text as the user typed it; what cannot be read is refused with its remedy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite

from arena.core.errors import EngineError


@dataclass(frozen=True, slots=True)
class Typed:
    """The options of one model, read by name and kind. Every method raises EngineError where a value is wrong."""

    model: str
    given: Mapping[str, str]

    def require_known(self, known: Iterable[str]) -> None:
        """Raise EngineError where an option is none of these; its value is not repeated."""
        names = sorted(known)
        for option in self.given:
            if option not in names:
                near = get_close_matches(option, names, n=1)
                remedy = f"did you mean {near[0]}?" if near else "known: " + ", ".join(names)
                raise EngineError(self.model, f"there is no option {option!r}", remedy)

    def text(self, option: str, otherwise: str = "") -> str:
        """The value as typed."""
        return self.given.get(option, otherwise)

    def whole(self, option: str, otherwise: int | None, least: int = 1) -> int | None:
        """A whole number that is not below `least`."""
        value = self.given.get(option)
        if value is None:
            return otherwise
        # isdecimal is true of digits in every script, and int reads them all.
        if value.isdecimal() and len(value) <= 12 and int(value) >= least:
            return int(value)
        raise self._refusal(option, value, f"a whole number from {least} up")

    def number(self, option: str, otherwise: float | None, least: float = 0.0) -> float | None:
        """A finite number that is not below `least`."""
        value = self.given.get(option)
        if value is None:
            return otherwise
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not isfinite(number) or number < least:
            raise self._refusal(option, value, f"a number from {least:g} up")
        return number

    def one_of(self, option: str, choices: tuple[str, ...]) -> str:
        """One of the choices, the first where the option is not given."""
        value = self.given.get(option, choices[0])
        if value not in choices:
            raise self._refusal(option, value, " or ".join(choices))
        return value

    def _refusal(self, option: str, value: str, wanted: str) -> EngineError:
        return EngineError(self.model, f"option {option} cannot be {value!r}", f"give {wanted}")

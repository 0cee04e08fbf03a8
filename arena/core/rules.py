"""What a match is played by: `Rules`, a frozen value, and the presets people name.

Rules and events together determine the verdict; nothing else does.
"""

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from arena.core.errors import RulesError, UnknownNameError
from arena.core.hits import Evasion, Form, Language, Policy


class WrongGuess(StrEnum):
    """What a wrong guess costs the defender."""

    CONTINUE = "continue"
    LOSE = "lose"


class AttackerLeak(StrEnum):
    """What happens when the attacker says the target."""

    LOSE = "lose"
    VOID = "void"


class OnRuling(StrEnum):
    """What a judge's ruling against an utterance does."""

    END = "end"
    """The other side wins at once."""
    WARN_ONCE = "warn_once"
    """The first ruling against a seat warns it, the second ends the match."""
    NOTE = "note"
    """The ruling is written down and decides nothing."""


@dataclass(frozen=True, slots=True)
class JudgeSpec:
    """A judge by name and version, and the score in [0, 1] from which it rules against an utterance."""

    name: str
    version: str
    threshold: float


FORM_JUDGE = JudgeSpec("form", "1", 0.5)
WORDLIKE_JUDGE = JudgeSpec("wordlike", "1", 0.5)

MAX_TURNS = 1000
MAX_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that can differ between two matches of the game. Times are milliseconds of match time."""

    max_turns: int = 10
    guess_limit: int = 1
    wrong_guess: WrongGuess = WrongGuess.CONTINUE
    attacker_leak: AttackerLeak = AttackerLeak.LOSE
    form: Form = Form.INFLECTION
    evasion: Evasion = Evasion.WATCH
    judges: tuple[JudgeSpec, ...] = (FORM_JUDGE,)
    on_ruling: OnRuling = OnRuling.WARN_ONCE
    language: Language = Language.ENGLISH
    word_list: str = "en-easy"
    max_chars: int = 500
    turn_ms: int = 30_000
    bank_ms: int = 120_000
    judge_ms: int = 5_000

    def __post_init__(self) -> None:
        self._require_between("max_turns", 1, MAX_TURNS)
        self._require_between("guess_limit", 0, MAX_TURNS)
        self._require_between("max_chars", 1, MAX_CHARS)
        self._require_between("turn_ms", 1, 86_400_000)
        self._require_between("bank_ms", 0, 86_400_000)
        self._require_between("judge_ms", 1, 600_000)
        names = [judge.name for judge in self.judges]
        if len(set(names)) != len(names):
            raise RulesError("judges", names, "name each judge once")
        for judge in self.judges:
            if not 0.0 < judge.threshold <= 1.0:
                raise RulesError("judges", judge, "give a threshold above 0 and at most 1")
        if not isinstance(self.word_list, str) or not self.word_list:
            raise RulesError("word_list", self.word_list, "name the list that the target is dealt from")

    def _require_between(self, rule: str, low: int, high: int) -> None:
        value = getattr(self, rule)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise RulesError(rule, value, f"give a whole number from {low} to {high}")

    @property
    def attacker_policy(self) -> Policy:
        """How the attacker's words are matched: evasions count when the rules are strict."""
        return Policy(self.form, self.evasion, self.language)

    @property
    def defender_policy(self) -> Policy:
        """How the defender's words are matched: it loses only by a plain hit."""
        return Policy(self.form, Evasion.WATCH, self.language)

    def judge(self, name: str) -> JudgeSpec:
        """The named judge's entry. Raises UnknownNameError for a judge that does not sit."""
        for spec in self.judges:
            if spec.name == name:
                return spec
        raise UnknownNameError("judge of this match", name, known=tuple(spec.name for spec in self.judges))

    def to_json(self) -> dict[str, Any]:
        """The rules as JSON values, every field in declared order."""
        row = {name: getattr(self, name) for name in _NAMES}
        judges = [{"name": it.name, "version": it.version, "threshold": it.threshold} for it in self.judges]
        return {**row, "judges": judges}

    @classmethod
    def from_json(cls, row: object) -> "Rules":
        """The rules that `to_json` wrote. Raises RulesError naming the field that is missing, unknown or wrong."""
        if not isinstance(row, dict):
            raise RulesError("rules", row, "give an object with every rule")
        known = [field.name for field in fields(cls)]
        for name in known:
            if name not in row:
                raise RulesError(name, None, "this field is missing")
        for name in row:
            if name not in known:
                raise RulesError(name, row[name], "this field is unknown")
        if not isinstance(row["judges"], list):
            raise RulesError("judges", row["judges"], "give a list")
        kinds = {
            "wrong_guess": WrongGuess,
            "attacker_leak": AttackerLeak,
            "form": Form,
            "evasion": Evasion,
            "on_ruling": OnRuling,
            "language": Language,
        }
        values = dict(row)
        for name, kind in kinds.items():
            values[name] = _member(kind, name, row[name])
        values["judges"] = tuple(_judge(entry) for entry in row["judges"])
        return cls(**values)


_NAMES = tuple(field.name for field in fields(Rules))


def _member(kind: type[StrEnum], rule: str, value: object) -> StrEnum:
    try:
        return kind(str(value))
    except ValueError:
        raise RulesError(rule, value, "choose " + ", ".join(kind)) from None


def _judge(entry: dict[str, Any]) -> JudgeSpec:
    try:
        return JudgeSpec(str(entry["name"]), str(entry["version"]), float(entry["threshold"]))
    except (KeyError, TypeError, ValueError):
        raise RulesError("judges", entry, "give name, version and threshold") from None


PRESETS: dict[str, Rules] = {
    # Adversarial Language Games (AAAI 2021): ten turns, one guess, fluency and relevance judged, offenders lose.
    "paper": Rules(judges=(WORDLIKE_JUDGE, FORM_JUDGE), on_ruling=OnRuling.END),
    # Self-playing Adversarial Language Game (NeurIPS 2024): five turns, a wrong guess loses, a leak voids the game.
    "spag": Rules(
        max_turns=5, wrong_guess=WrongGuess.LOSE, attacker_leak=AttackerLeak.VOID, judges=(), on_ruling=OnRuling.NOTE
    ),
}


def preset(name: str, **changes: Any) -> Rules:  # noqa: ANN401 - each rule has its own type, checked by Rules
    """The named preset with some rules changed. Raises UnknownNameError or RulesError."""
    try:
        rules = PRESETS[name]
    except KeyError:
        raise UnknownNameError("set of rules", name, known=tuple(PRESETS)) from None
    return replace(rules, **changes)

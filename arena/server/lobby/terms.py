"""What players agree on before a match: a preset with changes, a language, a word list, and whether it is rated.

Whoever proposes terms may be anybody, so everything is checked here, within the bounds of a public place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from arena import registry
from arena.core.errors import RulesError, TabooError, UnknownNameError
from arena.core.hits import Language
from arena.core.rules import PRESETS, Rules, preset
from arena.server.errors import InputError
from arena.words.lists import list_names, load_list

CUSTOM = "custom"
"""What rules are called that no preset has."""
BOUNDS: dict[str, tuple[int, int]] = {
    "max_turns": (1, 50),
    "guess_limit": (0, 50),
    "max_chars": (1, 2_000),
    "turn_ms": (1_000, 600_000),
    "bank_ms": (0, 3_600_000),
}
"""The numbers that may be changed, and how far."""
CHOICES = ("wrong_guess", "attacker_leak", "form", "evasion", "judges", "on_ruling")
"""The other rules that may be changed."""


@dataclass(frozen=True)
class Terms:
    """What is proposed. `changes` are rules that differ from the preset, as JSON values or as the rules have them.

    `word_list` None is the easy list of the language.
    """

    language: Language = Language.ENGLISH
    preset: str = "paper"
    changes: Mapping[str, Any] = field(default_factory=dict)
    word_list: str | None = None
    rated: bool = True

    def rules(self) -> Rules:
        """The rules of the match. Raises RulesError, UnknownNameError or InputError, naming what cannot be used."""
        return self._rules

    @cached_property
    def _rules(self) -> Rules:
        base = preset(self.preset, language=self.language, word_list=self._word_list())
        for name in self.changes:
            if name not in BOUNDS and name not in CHOICES:
                raise RulesError(name, self.changes[name], "change one of " + ", ".join((*BOUNDS, *CHOICES)))
        rules = Rules.from_json({**base.to_json(), **self.changes})
        for name, (low, high) in BOUNDS.items():
            if not low <= getattr(rules, name) <= high:
                raise RulesError(name, getattr(rules, name), f"give a whole number from {low} to {high}")
        self._require_judges(rules)
        return rules

    @staticmethod
    def _require_judges(rules: Rules) -> None:
        """A judge with an argument opens a file or a model of the host's: nobody from outside chooses which."""
        for spec in rules.judges:
            if ":" in spec.name:
                raise RulesError("judges", spec.name, "name a judge without an argument; only a host may give it one")
        try:
            registry.require_judges(rules)
        except UnknownNameError:
            raise
        except TabooError as wrong:
            raise InputError("judges", str(wrong)) from None

    def _word_list(self) -> str:
        """A list that comes with the arena: a name from outside is never a path."""
        name = self.word_list if self.word_list is not None else f"{self.language}-easy"
        if name not in list_names():
            raise UnknownNameError("word list", name, known=list_names())
        if load_list(name).language is not self.language:
            raise InputError("word_list", f"{name!r} is not a list of the language {self.language.value!r}")
        return name

    @property
    def name(self) -> str:
        """What the rules are called: the preset, or `custom` where they differ from it."""
        base = preset(self.preset, language=self.language, word_list=self._word_list())
        return self.preset if self.rules() == base else CUSTOM

    @property
    def is_rated(self) -> bool:
        """Whether the result may move a rating: only presets are alike enough to be compared."""
        return self.rated and self.name != CUSTOM

    @classmethod
    def of(cls, rules: Rules, name: str, rated: bool) -> "Terms":
        """The terms that give these rules; `name` is what the match was listed under."""
        base = name if name in PRESETS else next(iter(PRESETS))
        before, after = PRESETS[base].to_json(), rules.to_json()
        changes = {rule: after[rule] for rule in (*BOUNDS, *CHOICES) if after[rule] != before[rule]}
        return cls(rules.language, base, changes, rules.word_list, rated)

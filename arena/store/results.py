"""How a match ended, in one value derived from its events."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from arena.core import jsonline
from arena.core.events import Started
from arena.core.rules import Rules
from arena.core.verdict import Verdict

_ENDING = ("winner", "reason", "cause", "judge", "label")


@dataclass(frozen=True, slots=True)
class Result:
    """One finished match. `rated` says whether it tells anything about the players."""

    match: str
    attacker: str
    attacker_version: str
    defender: str
    defender_version: str
    target: str
    word_list: str
    rules: Rules
    pair: str | None
    started_at: str
    turns: int
    rated: bool
    verdict: Verdict

    @classmethod
    def of(cls, match: str, started: Started, turns: int, verdict: Verdict) -> "Result":
        """The result of a match that began and ended so."""
        return cls(
            match=match,
            attacker=started.attacker.agent,
            attacker_version=started.attacker.version,
            defender=started.defender.agent,
            defender_version=started.defender.version,
            target=started.target,
            word_list=started.rules.word_list,
            rules=started.rules,
            pair=started.pair,
            started_at=started.started_at,
            turns=turns,
            rated=started.rated and verdict.is_rated,
            verdict=verdict,
        )

    def to_row(self) -> dict[str, Any]:
        """The result as the values of its table row."""
        row = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "verdict"}
        rules = jsonline.to_line(self.rules.to_json())
        ending = {**dict.fromkeys(_ENDING), **self.verdict.to_json()}
        return {**row, "rules": rules, **ending}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Result":
        """The result that `to_row` wrote."""
        values = dict(row)
        verdict = Verdict.from_json({name: values.pop(name) for name in _ENDING})
        return cls(**{**values, "rules": _rules(values["rules"]), "verdict": verdict})


@lru_cache(maxsize=256)
def _rules(text: str) -> Rules:
    return Rules.from_json(json.loads(text))

"""The rules of a match in words, made from the match's own `Rules`: every number and every cost in them is its own.

The words are `wording/{en,zh}.toml`: for each role the rules in full and in short, and what each judge rules against.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from agents.llm.prompts.quoting import folded, quoted
from agents.llm.prompts.slots import RuleSlots, names, values
from agents.llm.prompts.templates import Place, Template
from arena.core.hits import Language
from arena.core.rules import Rules
from arena.core.verdict import Role

FULL, SHORT = "rules", "rules_short"
"""The slots that hold the rules in words."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language.

    `rules` is by role and slot, `judges` by name, `other_judge` has a gap for a name, `names` are those of the roles.
    """

    rules: Mapping[tuple[Role, str], Template]
    judges: Mapping[str, str]
    other_judge: str
    names: Mapping[str, str]
    comma: str
    redacted: str

    def slots(self, rules: Rules) -> RuleSlots:
        """The rules as values for templates."""
        judged = (self.judges.get(spec.name) or self.other_judge.format(quoted(spec.name)) for spec in rules.judges)
        return RuleSlots(
            max_turns=rules.max_turns,
            guess_limit=rules.guess_limit,
            wrong_guess=rules.wrong_guess.value,
            attacker_leak=rules.attacker_leak.value,
            form=rules.form.value,
            evasion=rules.evasion.value,
            judges=self.comma.join(judged),
            on_ruling=rules.on_ruling.value,
            max_chars=rules.max_chars,
            word_list=folded(rules.word_list),
        )

    def told(self, role: Role, slot: str, rules: RuleSlots) -> str:
        """The rules as a role is told them, in full or in short."""
        return self.rules[role, slot].render(values(rules))


@cache
def wording(language: Language) -> Wording:
    """The words of a language."""
    name = f"{language}.toml"
    read = tomllib.loads(files("agents.llm.prompts").joinpath("wording", name).read_text(encoding="utf-8"))
    rules = {
        (role, slot): Template.parse(read[role][slot].strip(), Place(f"wording/{name}", f"{role}.{slot}"), _SLOTS)
        for role in Role
        for slot in (FULL, SHORT)
    }
    return Wording(rules, read["judges"], read["other_judge"], read["names"], read["comma"], read["redacted"])


_SLOTS = names(RuleSlots)

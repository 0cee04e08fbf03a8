"""The rules as the program has them, ready to be shown: made by asking the referee and the matcher, so nothing drifts.

Each row of the referee's table is put to the test under every preset with an event that it is for; each example of what
says a word is matched when it is first shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from arena.core.actions import Action, Ruling, Said
from arena.core.events import Acted, Body, Departure, Faulted, Left
from arena.core.hits import Form, Hit, HitRule, Language, Policy
from arena.core.position import Position
from arena.core.referee import TABLE, Row
from arena.core.rules import PRESETS, Rules
from arena.core.verdict import Role, Verdict
from arena.words import said
from web.talk import Part, cut

_WORDS = re.compile(r"[^a-z]+")


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One row of the referee's table: what happened (a key of the catalogue) and what each preset makes of it."""

    who: Role | None
    key: str
    outcomes: Mapping[str, Verdict | None]


@dataclass(frozen=True, slots=True)
class Example:
    """A text, and where it says a word: `parts` are marked where they do."""

    word: str
    parts: tuple[Part, ...]
    is_said: bool
    language: Language
    form: Form


def key_of(what: str) -> str:
    """The catalogue's key for what a row of the table is about."""
    return f"rules.row_{_WORDS.sub('_', what.lower()).strip('_')}"


@lru_cache(maxsize=1)
def verdict_rows() -> tuple[VerdictRow, ...]:
    """The table of precedence, with the verdict of every preset."""
    return tuple(
        VerdictRow(row.who, key_of(row.what), {name: _decided(row, rules) for name, rules in PRESETS.items()})
        for row in TABLE
    )


def _decided(row: Row, rules: Rules) -> Verdict | None:
    """What the row decides of the first event that it has anything to say about."""
    for position in _positions(rules):
        for body in _bodies(row, position):
            if (verdict := row.decide(position, body)) is not None:
                return verdict
    return None


def _positions(rules: Rules) -> tuple[Position, ...]:
    """Before the first action, and in the last turn with the defender to move."""
    first = Position(rules, "", guesses_left=rules.guess_limit)
    said_before = (Said(Role.ATTACKER, rules.max_turns, ""),)
    return first, replace(first, history=said_before, turn=rules.max_turns, to_move=Role.DEFENDER)


def _bodies(row: Row, position: Position) -> tuple[Body, ...]:
    made: list[Body] = []
    if Left in row.kinds:
        made.append(Left(Role.ATTACKER, Departure.TIME))
    if Faulted in row.kinds:
        made.append(Faulted())
    if Acted in row.kinds:
        made.extend(_acted(row.who or Role.DEFENDER, position))
    return tuple(made)


def _acted(role: Role, position: Position) -> tuple[Acted, ...]:
    """Every kind of action: nothing in it, the word said, a ruling against it, a guess right or wrong."""
    plain = Acted(role, position.turn, "", Action(), None, (), (), "")
    hit = Hit(0, 1, "", HitRule.EXACT, counts=True)
    rulings = tuple(Ruling(it.name, it.version, "", 1.0, "") for it in position.rules.judges)
    return (
        plain,
        replace(plain, hits=(hit,)),
        replace(plain, rulings=rulings),
        replace(plain, right=True),
        replace(plain, right=False),
    )


# --- the presets ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the rules, with its value in every preset as JSON has it."""

    name: str
    values: Mapping[str, Any]


@lru_cache(maxsize=1)
def fields() -> tuple[Field, ...]:
    """Every field of the rules in the declared order."""
    rows = {name: rules.to_json() for name, rules in PRESETS.items()}
    names = next(iter(rows.values()))
    return tuple(Field(name, {preset: row[name] for preset, row in rows.items()}) for name in names)


# --- what says a word -------------------------------------------------------------------------------------------------

_EXAMPLES: tuple[tuple[str, str, Language, Form], ...] = (
    ("mouse", "Three blind mice ran off.", Language.ENGLISH, Form.INFLECTION),
    ("go", "They went home.", Language.ENGLISH, Form.INFLECTION),
    ("leaf", "She leaves at noon.", Language.ENGLISH, Form.INFLECTION),
    ("apple", "It is apple-shaped.", Language.ENGLISH, Form.INFLECTION),
    ("banana", "I like ban**ana** bread.", Language.ENGLISH, Form.INFLECTION),
    ("coal", "They sketch with charcoal.", Language.ENGLISH, Form.INFLECTION),
    ("fire", "We sat by the fireplace.", Language.ENGLISH, Form.INFLECTION),
    ("apple", "A pineapple is no pine.", Language.ENGLISH, Form.INFLECTION),
    ("quick", "Come quickly!", Language.ENGLISH, Form.INFLECTION),
    ("quick", "Come quickly!", Language.ENGLISH, Form.FAMILY),
    ("banana", "It is spelled b-a-n-a-n-a.", Language.ENGLISH, Form.INFLECTION),
    ("\u82f9\u679c", "\u6211\u60f3\u559d\u82f9\u679c\u6c41\u3002", Language.CHINESE, Form.INFLECTION),
    ("\u4e0a\u6d77", "\u4ed6\u5728\u6d77\u4e0a\u6d77\u5916\u90fd\u4f4f\u8fc7\u3002", Language.CHINESE, Form.INFLECTION),
    ("\u4e2d\u56fd", "\u5b83\u662f\u53d1\u5c55\u4e2d\u56fd\u5bb6\u3002", Language.CHINESE, Form.INFLECTION),
    ("\u548c\u670d", "\u6211\u4eec\u7684\u4ea7\u54c1\u548c\u670d\u52a1\u3002", Language.CHINESE, Form.INFLECTION),
)


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    """Examples of what says a word and what does not, as the matcher decides them."""
    return tuple(read(text, word, language, form) for word, text, language, form in _EXAMPLES)


def read(text: str, word: str, language: Language, form: Form = Form.INFLECTION) -> Example:
    """Where a text says a word. Raises TargetError for a word that nobody could say."""
    hits = said(text, word, Policy(form, language=language))
    rows = [{"start": it.start, "end": it.end, "rule": it.rule.value, "counts": it.counts} for it in hits]
    return Example(word, cut(text, rows), any(it.counts for it in hits), language, form)

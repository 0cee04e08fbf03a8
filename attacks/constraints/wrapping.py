"""Any attack under one more constraint.

A recipe whose searches vet what they try says so by an attribute `allowed`, a constraint: it is made stricter, and the
search looks elsewhere by itself. Any other attack is stood between and the victim, and holds whatever it does:

- nothing that the constraint forbids counts as reached, and nothing forbidden comes out as a result;
- what is forbidden is not shown to the victim and costs no query: the search is told the lowest score, 0, and what
  the victim says of the original, so that a search that compares drops it;
- but a *probe* is shown and keeps its score, as it is no candidate and only says what a word weighs: one single word
  that was taken out, or stands behind a sign in brackets such as [UNK]. A question for slopes is shown as a whole.

A greedy search that takes up a word without comparing may go on from a forbidden text and then fails: the bound is
kept, the attack is weaker than one that vets. That is why recipes say what they allow.
"""

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from random import Random
from typing import Protocol, cast

from attacks.constraints import all_of
from attacks.core.candidates import Constraint
from attacks.core.goals import Goal
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Attack
from attacks.core.searching import Outcome, Question, Search
from attacks.core.slopes import Slopes
from attacks.core.text import Text

_SIGN = re.compile(r"\[[^\[\]]*\]|<[^<>]*>")


@dataclass(frozen=True)
class NamedConstraint:
    """A constraint as somebody asked for it: its name, and a digest of whatever it reads."""

    name: str
    fingerprint: str
    allows: Constraint


class Vetting(Attack, Protocol):
    """An attack whose searches vet what they try."""

    allowed: Constraint


def constrained(attack: Attack, constraint: NamedConstraint) -> Attack:
    """The attack under one more constraint. The given one stays as it was."""
    stricter = _stricter(attack, constraint.allows)
    return Constrained(stricter or attack, constraint, drops=stricter is None)


def _stricter(attack: Attack, allows: Constraint) -> Attack | None:
    """A copy whose searches vet what they try by one more rule; None of an attack whose searches do not vet."""
    if isinstance(attack, Constrained):
        inner = _stricter(attack.attack, allows)
        return inner and attack.around(inner)
    if not hasattr(attack, "allowed"):
        return None
    stricter = cast("Vetting", copy.copy(attack))
    stricter.allowed = all_of(stricter.allowed, allows)
    return stricter


class Constrained:
    """An attack with a constraint between its searches and the victim."""

    def __init__(self, attack: Attack, constraint: NamedConstraint, *, drops: bool = True) -> None:
        """`drops` says whether what is forbidden is kept from the victim; a search that vets asks for none of it."""
        self.attack, self._allows, self._drops = attack, constraint.allows, drops
        self.name, self.needs = attack.name, attack.needs
        told = f"{attack.reads}\n{constraint.name}\n{constraint.fingerprint}"
        self.reads = sha256(told.encode()).hexdigest()[:16]

    def around(self, attack: Attack) -> "Constrained":
        """The same constraint around another copy of the attack."""
        made = copy.copy(self)
        made.attack = attack
        return made

    def read(self, written: str) -> Text:
        """The text as the attack splits it."""
        return self.attack.read(written)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:
        """The attack's search; what is forbidden does not get through."""
        search = self.attack.begin(text, goal, base, chance)
        return _held(search, Perturbation(text), lru_cache(maxsize=4096)(self._allows), drops=self._drops)


def _held(search: Search, start: Perturbation, allows: Constraint, *, drops: bool) -> Search:
    dropped: Outcome | None = None
    try:
        asked: Question = next(search)
        while True:
            whole = asked.of if isinstance(asked, Slopes) else asked
            is_dropped = [drops and not isinstance(asked, Slopes) and _is_dropped(it, allows) for it in whole]
            shown = tuple(it for it, is_out in zip(whole, is_dropped, strict=True) if not is_out)
            if dropped is None and any(is_dropped):
                # The engine knows what the victim says of the original: that question is no query.
                (came,) = yield (start,)
                dropped = Outcome(0.0, False, answer=came.answer)
            outcomes: Sequence[Outcome] = ()
            if shown:
                outcomes = yield Slopes(shown) if isinstance(asked, Slopes) else shown
            answers = iter(_judged(shown, outcomes, allows))
            asked = search.send([dropped if is_out and dropped else next(answers) for is_out in is_dropped])
    except StopIteration as stopped:
        found = cast("Perturbation | None", stopped.value)
        return found if found is not None and allows(found) else None
    finally:
        search.close()


def _judged(shown: Sequence[Perturbation], outcomes: Sequence[Outcome], allows: Constraint) -> Iterator[Outcome]:
    """The outcomes, of which none is reached that is forbidden."""
    for it, came in zip(shown, outcomes, strict=True):
        yield came._replace(is_reached=came.is_reached and allows(it))


def _is_dropped(perturbation: Perturbation, allows: Constraint) -> bool:
    return not _is_probe(perturbation) and not allows(perturbation)


def _is_probe(perturbation: Perturbation) -> bool:
    """Whether it only asks what a word weighs: one word taken out, or hidden behind a sign; or nothing changed."""
    texts = [text for _, text in perturbation.changes]
    return not texts or (len(texts) == 1 and (not texts[0] or _SIGN.fullmatch(texts[0]) is not None))

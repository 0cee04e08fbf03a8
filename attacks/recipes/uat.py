"""UAT: a universal trigger, learnt before, is put before the text and nothing else is asked.

Source: Wallace, Feng, Kandpal, Gardner and Singh, 'Universal Adversarial Triggers for Attacking and Analyzing NLP',
EMNLP 2019. `taboo attack trigger` learns one for each class. Deviations: of a text that begins with a sign that is no
word, the trigger stands behind the sign; words are set apart by spaces in Chinese too.
"""

from dataclasses import dataclass
from random import Random

from attacks.core.candidates import first_reached, nearest
from attacks.core.errors import AttackError
from attacks.core.goals import Goal
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.text import PAIR, Text
from attacks.fingerprints import of_parts
from attacks.languages import reader
from attacks.triggers import read_triggers


@dataclass(eq=False)
class NoTriggerError(AttackError):
    """A trigger is needed and none was given, or none for this class."""

    problem: str

    def __str__(self) -> str:
        return (
            f"{self.problem}; name words or a file, as in uat:'one two three' or uat:trigger.json, which "
            "taboo attack trigger writes"
        )


class UAT:
    """Puts a trigger before the text (of a pair, before its second part) and asks once. Needs nothing of a victim."""

    name = "uat"
    needs: frozenset[Capability] = frozenset()
    languages = ("en", "zh")

    def __init__(self, trigger: str = "", *, language: str = "en") -> None:
        """A trigger's words, or a file of triggers by class (`.json`). Raises NoTriggerError or TriggerFileError."""
        if not trigger.split():
            raise NoTriggerError("uat has no trigger")
        is_file = trigger.endswith(".json")
        self._triggers = read_triggers(trigger) if is_file else {None: " ".join(trigger.split())}
        self.reads = of_parts(*(f"{label}:{words}" for label, words in self._triggers.items()))
        self.read = reader(language)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - it is blind
        """One question, or none for a text without words. Raises NoTriggerError where the class has no trigger."""
        triggers = self._fitting(*goal.steers)
        second = text.written.find(PAIR) + 1
        place = next((it for it, (start, _) in enumerate(text.spans) if start >= second), None)
        if place is None:
            return None
        start = Perturbation(text)
        tried = tuple(start.with_word(place, f"{words} {text.words[place]}") for words in triggers)
        outcomes = yield tried
        return first_reached(tried, outcomes) or tried[nearest(outcomes)]

    def _fitting(self, label: int, sign: float) -> list[str]:
        """What leads away from a class or, where a class is wanted, from each of the others: they are all tried."""
        found = [words for known, words in self._triggers.items() if known is None or (known == label) == (sign < 0)]
        if found:
            return found
        raise NoTriggerError(f"there is no trigger for class {label} among {sorted(map(str, self._triggers))}")

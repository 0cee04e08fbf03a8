"""SEA: rules that keep the meaning of a text, applied one by one and then in pairs, until the victim trips.

Source: Ribeiro, Singh and Guestrin, 'Semantically Equivalent Adversarial Rules for Debugging NLP Models', ACL 2018.
Deviations: the rules are given, not learnt from a translator's paraphrases of the victim's data and not judged by
people (`learn_rules` generalises pairs of a text and its paraphrase where a user has some); a rule is applied wherever
it matches in a text; pairs of rules are tried after single ones.
"""

from pathlib import Path
from random import Random

from attacks.core.goals import Goal
from attacks.core.perturbation import Perturbation
from attacks.core.ports import Capability
from attacks.core.searching import Search
from attacks.core.sentences import singles_then_pairs
from attacks.core.text import Text
from attacks.fingerprints import of_bytes
from attacks.metrics.words import words_changed
from attacks.transformations.english_rules import english_rules
from attacks.transformations.nltk_files import require
from attacks.transformations.rules import Rule, read_rules, tokens

MOST_PAIRS = 64


class SEA:
    """Applies every rule that matches, then pairs of rules. Needs nothing of a victim but its label."""

    name = "sea"
    needs: frozenset[Capability] = frozenset()

    def __init__(self, rules: Path | str | None = None, *, most_pairs: int = MOST_PAIRS) -> None:
        """With the rules of a TSV or JSON file, or those that come with this attack (English).

        At most `most_pairs` pairs are shown. Raises RulesError, and DataMissingError where a rule reads parts of speech
        and nltk's tagger is not installed.
        """
        self._rules: tuple[Rule, ...] = english_rules() if rules is None else read_rules(Path(rules))
        if any(rule.is_tagged for rule in self._rules):
            require("taggers/averaged_perceptron_tagger_eng")
        self._most_pairs = most_pairs
        self.reads = of_bytes("\n".join(f"{it.pattern}\t{it.replacement}" for it in self._rules).encode())

    def read(self, written: str) -> Text:
        """The text in words, clitics and punctuation marks."""
        return Text.of(written, tokens)

    def begin(self, text: Text, goal: Goal, base: float, chance: Random) -> Search:  # noqa: ARG002 - rules know no chance
        """Every rule by itself, then pairs of rules that touch different words."""
        rewritten = (rule.apply(text) for rule in self._rules)
        return singles_then_pairs([it for it in rewritten if it is not None], self._most_pairs, _nearness)


def _nearness(perturbation: Perturbation) -> float:
    return -words_changed(perturbation.original.written, perturbation.written)

"""Learns rules from pairs of a text and its paraphrase: what was replaced by what, alone and with a neighbour."""

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from attacks.core.text import Text
from attacks.transformations.rules import Rule, tokens

LONGEST = 4
"""How many words a replaced stretch has at most: longer ones are no rule but another sentence."""


def learn_rules(pairs: Iterable[tuple[str, str]], least: int = 2) -> tuple[Rule, ...]:
    """The rules that at least so many pairs show, those of most pairs first, then alphabetically.

    A stretch of words that was replaced makes a rule by itself, and with the word before or after it. Source: the
    candidate rules of Ribeiro et al. 2018, section 3.1, with words and without parts of speech.
    """
    seen: Counter[tuple[str, str]] = Counter()
    for original, paraphrase in pairs:
        seen.update(set(_shown(original, paraphrase)))
    kept = sorted((pair for pair, count in seen.items() if count >= least), key=lambda it: (-seen[it], it))
    return tuple(Rule(*pair) for pair in kept)


def _shown(original: str, paraphrase: str) -> Iterator[tuple[str, str]]:
    """The patterns and replacements that one pair shows."""
    one, other = ([word.casefold() for word in Text.of(it, tokens).words] for it in (original, paraphrase))
    for kind, start, end, first, last in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal" or max(end - start, last - first) > LONGEST:
            continue
        if kind == "replace":
            yield " ".join(one[start:end]), " ".join(other[first:last])
        if start:
            yield " ".join(one[start - 1 : end]), " ".join(other[first - 1 : last])
        if end < len(one):
            yield " ".join(one[start : end + 1]), " ".join(other[first : last + 1])

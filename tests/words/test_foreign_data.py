"""The matcher against lists that others wrote: WordNet's irregular forms, and words that stand in words."""

import os
from functools import cache
from pathlib import Path
from random import Random

import pytest
from wordfreq import zipf_frequency

from arena.words import said
from arena.words.lexemes import regular_forms

DATA = os.environ.get("TABOO_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="TABOO_DATA does not name the folder of data sets")

MISSES = {
    ("cola", "colon"), ("comics", "comic strip"), ("dive", "diva"), ("dui", "duo"), ("masses", "masse"),
    ("men-o'-war", "man-of-war"), ("ora", "os"), ("roma", "rom"), ("taxes", "taxis"), ("feed", "fee"), ("gan", "gin"),
    ("kent", "ken"), ("laying for", "lie for"), ("lays for", "lie for"), ("redding", "red"), ("hinder", "hind"),
    ("offer", "off"), ("deeper", "deeply"),
}  # fmt: skip
"""Forms of WordNet's that the matcher does not accept: slips, homographs nobody hears, and contractions."""

TRUE_FORMS = {
    ("acquitted", "acquit"), ("beaten", "beat"), ("browbeaten", "browbeat"), ("cloven", "clove"), ("dumbest", "dumb"),
    ("grandchildren", "grandchild"), ("harder", "hard"), ("hipper", "hip"), ("littlest", "little"), ("nicest", "nice"),
    ("sanest", "sane"), ("shaken", "shake"), ("slimmer", "slim"), ("smarter", "smart"), ("soonest", "soon"),
    ("sourest", "sour"), ("spoken", "spoke"), ("starker", "stark"), ("strongest", "strong"), ("tableaux", "tableau"),
    ("tallest", "tall"), ("vaster", "vast"), ("wettest", "wet"),
}  # fmt: skip
"""What is flagged in the sample of words inside words and was read one by one: each pair is of one lexeme."""


def _irregular_forms() -> list[tuple[str, str]]:
    folder = Path(DATA or "") / "nltk_data/corpora/wordnet"
    names = ("noun.exc", "verb.exc", "adj.exc", "adv.exc")
    lines = [line for name in names for line in (folder / name).read_text(encoding="ascii").splitlines()]
    pairs = [(form, base) for form, *bases in map(str.split, lines) for base in bases]
    pairs = [(form.replace("_", " "), base.replace("_", " ")) for form, base in pairs]
    return [pair for pair in pairs if all(zipf_frequency(word, "en") >= 3 for word in pair)]


@cache
def _substring_pairs() -> list[tuple[str, str]]:
    """Pairs of listed words, the second inside the first, that no rule of spelling makes forms of each other."""
    text = (Path(DATA or "") / "spag/all_target_words.txt").read_text(encoding="utf-8")
    words = {word for word in text.lower().split() if word.isascii() and word.isalpha()}
    pairs = [
        (word, inner)
        for word in sorted(words)
        for inner in sorted({word[i:j] for i in range(len(word)) for j in range(i + 2, len(word) + 1)} & words)
        if inner != word
    ]
    return [(word, inner) for word, inner in pairs if word not in regular_forms(inner)]


def test_irregular_forms_of_frequent_words_are_recognised():
    pairs = _irregular_forms()
    misses = {(form, base) for form, base in pairs if not said(form, base)}
    assert len(pairs) > 900
    assert len(misses) / len(pairs) <= 0.02
    assert misses <= MISSES


def test_a_word_inside_a_word_is_not_said():
    pairs = Random(7).sample(_substring_pairs(), 5000)
    flagged = [(word, inner) for word, inner in pairs if said(word, inner)]
    false = [pair for pair in flagged if pair not in TRUE_FORMS]
    assert len(false) / len(pairs) <= 0.002, false

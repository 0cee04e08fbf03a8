"""Measures the word matcher and prints its figures as the Markdown of docs/rules.md.

    TABOO_DATA=... python scripts/matcher_figures.py

On the two hand-written tables of cases, group by group; on WordNet's lists of irregular forms, where form and base are
both frequent; and on pairs of words of which one stands inside the other and is no form of it.
tests/words/test_foreign_data.py holds the bars.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from wordfreq import zipf_frequency

from arena.core.hits import Evasion, Form, Language, Policy
from arena.words import said
from arena.words.lexemes import regular_forms

FREQUENT = 3.0
"""The Zipf frequency from which a word counts as frequent."""
SAMPLE, SEED = 5000, 7
TABLES = Path(__file__).parents[1] / "tests" / "words"
TRUE_FORMS = {
    ("acquitted", "acquit"), ("beaten", "beat"), ("browbeaten", "browbeat"), ("cloven", "clove"), ("dumbest", "dumb"),
    ("grandchildren", "grandchild"), ("harder", "hard"), ("hipper", "hip"), ("littlest", "little"), ("nicest", "nice"),
    ("sanest", "sane"), ("shaken", "shake"), ("slimmer", "slim"), ("smarter", "smart"), ("soonest", "soon"),
    ("sourest", "sour"), ("spoken", "spoke"), ("starker", "stark"), ("strongest", "strong"), ("tableaux", "tableau"),
    ("tallest", "tall"), ("vaster", "vast"), ("wettest", "wet"),
}  # fmt: skip
"""What is flagged in the sample and was read one by one: each pair is of one lexeme after all."""

Pair = tuple[str, str]


def irregular_forms(folder: Path) -> list[Pair]:
    """Form and base from WordNet's lists of exceptions, both frequent."""
    names = ("noun.exc", "verb.exc", "adj.exc", "adv.exc")
    texts = [(folder / "nltk_data/corpora/wordnet" / name).read_text(encoding="ascii") for name in names]
    rows = [line.split() for text in texts for line in text.splitlines()]
    pairs = [(form.replace("_", " "), base.replace("_", " ")) for form, *bases in rows for base in bases]
    return [pair for pair in pairs if all(zipf_frequency(word, "en") >= FREQUENT for word in pair)]


def missed_forms(pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs whose form does not say its base."""
    return [(form, base) for form, base in pairs if not said(form, base)]


def inner_words(folder: Path) -> list[Pair]:
    """A sample of pairs of listed words, the second inside the first, that no rule of spelling makes one lexeme."""
    text = (folder / "spag/all_target_words.txt").read_text(encoding="utf-8")
    words = {word for word in text.lower().split() if word.isascii() and word.isalpha()}
    pairs = [
        (word, inner)
        for word in sorted(words)
        for inner in sorted({word[i:j] for i in range(len(word)) for j in range(i + 2, len(word) + 1)} & words)
        if inner != word and word not in regular_forms(inner)
    ]
    return Random(SEED).sample(pairs, SAMPLE)


def false_positives(pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs that are taken for one lexeme and are not."""
    return [pair for pair in pairs if pair not in TRUE_FORMS and said(*pair)]


def cases(language: str) -> list[dict[str, str | bool]]:
    """The rows of one hand-written table."""
    lines = (TABLES / f"confusion.{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def answer(row: dict[str, str | bool]) -> bool:
    """Whether anything that counts is found in a row."""
    policy = Policy(Form(str(row["form"])), Evasion(str(row["evasion"])), Language(str(row.get("language", "en"))))
    return any(hit.counts for hit in said(str(row["text"]), str(row["word"]), policy))


def _group_lines() -> Iterator[str]:
    yield "| group | cases | said, and found | not said, yet found |"
    yield "|---|---:|---:|---:|"
    rows = cases("en") + cases("zh")
    for name in [*dict.fromkeys(str(row["group"]) for row in rows), None]:
        group = [row for row in rows if name in {None, row["group"]}]
        positive = [row for row in group if row["said"]]
        found = sum(map(answer, positive))
        wrong = sum(answer(row) for row in group if not row["said"])
        yield f"| {name or '**all**'} | {len(group)} | {found} of {len(positive)} | {wrong} |"


def _listed(pairs: Iterable[Pair]) -> str:
    return ", ".join(f"*{first}*/{second}" for first, second in sorted(pairs)) or "none"


def main(folder: Path) -> None:
    """Print the tables, then the two measures on foreign lists with what went wrong in each."""
    forms, inner = irregular_forms(folder), inner_words(folder)
    missed, false = missed_forms(forms), false_positives(inner)
    lines = [
        *_group_lines(),
        "",
        f"WordNet's irregular forms of frequent words: {len(forms) - len(missed)} of {len(forms)} recognised "
        f"({1 - len(missed) / len(forms):.1%}). Missed: {_listed(missed)}.",
        "",
        f"Words inside words: {len(false)} of {len(inner)} pairs taken for one lexeme wrongly "
        f"({len(false) / len(inner):.2%}): {_listed(false)}.",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(os.environ["TABOO_DATA"]))

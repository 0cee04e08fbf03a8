"""Builds the target lists: `python scripts/build_lists.py` writes `arena/words/data/lists.tsv`; run it after the graph.

English targets are common nouns whose first meaning can be pictured, and the targets of our own associations; Chinese
targets are those of our own associations and the common nouns beside them. Levels go by frequency. About a minute.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from sources import read_abstract, read_associations, read_left_out
from wordnet import WordNet, read_wordnet

from arena.core.hits import Language
from arena.words.graph import Graph, graph

OUT = Path(__file__).parent.parent / "arena" / "words" / "data" / "lists.tsv"
MIN_EDGES = 4
MIN_EDGES_OF_OTHERS = 5
CONCRETE = frozenset(
    f"noun.{kind}" for kind in ("animal", "artifact", "body", "food", "object", "phenomenon", "plant", "substance")
)
PEOPLE_AND_PLACES = frozenset({"noun.person", "noun.location", "noun.shape", "noun.event"})
# the lowest zipf frequency of each level: of concrete nouns, of people, of the targets of our own associations
EASY, MEDIUM, HARD = 3.9, 3.25, 2.35
PEOPLE = 3.3
EASY_OWN = 3.3
EASY_CHINESE, MEDIUM_CHINESE = 4.45, 3.95
UNUSUAL = frozenset({"British spelling", "Australian spelling", "archaism", "plural", "plural form", "combining form"})


def english(net: WordNet, words: Graph) -> Iterator[tuple[str, str]]:
    """Each English target with its level."""
    own = {row.target for row in read_associations("en")}
    abstract = read_abstract("en")
    left_out = read_left_out("en", "lists") - abstract
    for word in sorted(words.words()):
        edges = len(words.edges(word))
        if word in left_out or edges < MIN_EDGES or not is_plain(word, net, words):
            continue
        level = "hard" if word in abstract else english_level(words.frequency(word), net, word, word in own)
        if level is not None and (word in own | abstract or edges >= MIN_EDGES_OF_OTHERS):
            yield word, level


def is_plain(word: str, net: WordNet, words: Graph) -> bool:
    """Whether the word is a single dictionary word of three letters or more in its usual spelling."""
    usual = word in net.senses and not UNUSUAL & set(net.usages(word, 1))
    return usual and word.isalpha() and len(word) >= 3 and not is_inflected(word, words)


def english_level(zipf: float, net: WordNet, word: str, own: bool) -> str | None:
    """The level of an English word, None when it makes no target."""
    kinds = set(net.files(word))
    concrete = bool(kinds & CONCRETE)
    if own:
        return "easy" if concrete and zipf >= EASY_OWN else "medium"
    if not is_mostly_noun(net, word) or word.title() in net.senses:
        return None
    if not concrete:
        return "medium" if kinds & PEOPLE_AND_PLACES and zipf >= PEOPLE else None
    return "easy" if zipf >= EASY else "medium" if zipf >= MEDIUM else "hard" if zipf >= HARD else None


def is_mostly_noun(net: WordNet, word: str) -> bool:
    """Whether the word has half as many meanings as a noun as it has as a verb, and more than as an adjective."""
    counts = {pos: len(senses) for pos, senses in net.senses[word].items()}
    nouns = counts.get("n", 0)
    return 2 * nouns >= counts.get("v", 0) and nouns > counts.get("a", 0) + counts.get("s", 0)


def is_inflected(word: str, words: Graph) -> bool:
    """Whether the word is a form of another word of the graph, as cats is of cat."""
    from lemminflect import getAllLemmas

    return any(base != word and base in words for bases in getAllLemmas(word).values() for base in bases)


def chinese(words: Graph) -> Iterator[tuple[str, str]]:
    """Each Chinese target with its level."""
    from jieba import posseg

    own = {row.target for row in read_associations("zh")}
    left_out = read_left_out("zh", "lists")
    for word in words.words():
        if word in left_out or len(words.edges(word)) < MIN_EDGES:
            continue
        tags = [pair.flag for pair in posseg.cut(word)]
        if word in own or (len(word) >= 2 and tags == ["n"] and words.frequency(word) >= 3):
            zipf = words.frequency(word)
            yield word, "easy" if zipf >= EASY_CHINESE else "medium" if zipf >= MEDIUM_CHINESE else "hard"


def main() -> None:
    """Builds the lists of both languages into one table: language, level, word."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, help="the WordNet source, yaml.tar.xz")
    parser.add_argument("--out", type=Path, default=OUT, help="where the table goes")
    options = parser.parse_args()
    archive = options.archive or Path(os.environ["TABOO_DATA"]) / "open-english-wordnet" / "yaml.tar.xz"
    rows = [("zh", level, word) for word, level in chinese(graph(Language.CHINESE))]
    rows += [("en", level, word) for word, level in english(read_wordnet(archive), graph(Language.ENGLISH))]
    rows.sort(key=lambda row: (row[0], ("easy", "medium", "hard").index(row[1]), row[2]))
    options.out.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    for language in ("en", "zh"):
        for level in ("easy", "medium", "hard"):
            count = sum(row[:2] == (language, level) for row in rows)
            sys.stdout.write(f"{language}-{level}: {count} words\n")


if __name__ == "__main__":
    main()

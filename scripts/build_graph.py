"""Builds the concept graph: `python scripts/build_graph.py` writes `arena/words/data/graph.{en,zh}.json.gz`.

It reads Open English WordNet from `$TABOO_DATA/open-english-wordnet/yaml.tar.xz` (relations alone), our own
associations, and the words left out. It takes about two minutes and writes the same bytes every time.
"""

import argparse
import gzip
import json
import os
import sys
from pathlib import Path
from typing import Any

from edges import Edges, Frequency
from english import MIN_ZIPF, English
from sources import Association, read_associations, read_left_out
from wordnet import WordNet, read_wordnet

PACKAGE = Path(__file__).parent.parent / "arena" / "words" / "data"
BASE = {"topic": 1.0, "similar": 0.95, "opposite": 0.95, "is-a": 0.9, "part-of": 0.9, "derived": 0.75}
RELATIONS = ("is-a", "part-of", "similar", "opposite", "derived", "topic")
_LETTERS = "abcdefghijkl"
Columns = dict[str, Any]


def add_associations(edges: Edges, rows: tuple[Association, ...], frequency: Frequency) -> None:
    """Adds our own associations, which outweigh whatever WordNet says."""
    for row in rows:
        weight = max(0.55, BASE[row.relation] * (1 - 0.05 * row.rank))
        edges.add(row.target, row.relation, row.word, weight, weight * (0.5 + 0.3 * frequency.familiar(row.target)))


def build(language: str, net: WordNet | None) -> Columns:
    """The graph of one language as plain columns; Chinese has no net and stands on the associations alone."""
    edges, frequency, left_out = Edges(), Frequency(language), read_left_out(language, "graph")
    if net is not None:
        English(net, frequency, edges, left_out).add_all()
    add_associations(edges, read_associations(language), frequency)
    kept = edges.strongest(left_out)
    words = sorted(kept)
    number = {word: index for index, word in enumerate(words)}
    flat = [edge for word in words for edge in kept[word]]
    return {
        "language": language,
        "words": words,
        "zipf": [round(100 * frequency.zipf(word)) for word in words],
        "forms": forms(words, frequency) if net is not None else {},
        "degrees": [len(kept[word]) for word in words],
        "targets": [number[word] for word, *_ in flat],
        "weights": [round(1000 * weight) for _, weight, _, _ in flat],
        "relations": "".join(_LETTERS[2 * RELATIONS.index(relation) + outward] for _, _, relation, outward in flat),
    }


def forms(words: list[str], frequency: Frequency) -> dict[str, str]:
    """The inflected forms in common use that are no words of the graph themselves, each with the word it inflects."""
    from lemminflect import getAllInflections

    known, found = set(words), {}
    for word in sorted(words, key=lambda one: (frequency.zipf(one), one)):
        for spellings in getAllInflections(word).values():
            for form in spellings:
                if form not in known and frequency.zipf(form) >= MIN_ZIPF:
                    found[form] = word
    return dict(sorted(found.items()))


def write(columns: Columns, path: Path) -> None:
    """Writes the graph as compressed JSON, the same bytes for the same graph."""
    text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    sys.stdout.write(f"{path.name}: {len(columns['words'])} words, {len(columns['targets'])} edges\n")


def main() -> None:
    """Builds both graphs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, help="the WordNet source, yaml.tar.xz")
    parser.add_argument("--out", type=Path, default=PACKAGE, help="where the graphs go")
    options = parser.parse_args()
    archive = options.archive or Path(os.environ["TABOO_DATA"]) / "open-english-wordnet" / "yaml.tar.xz"
    write(build("zh", None), options.out / "graph.zh.json.gz")
    write(build("en", read_wordnet(archive)), options.out / "graph.en.json.gz")


if __name__ == "__main__":
    main()

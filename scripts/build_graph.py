"""Builds the concept graph: `python scripts/build_graph.py` writes `arena/words/data/graph.{en,zh}.json.gz`.

It reads Open English WordNet from `$TABOO_DATA/open-english-wordnet/yaml.tar.xz` (relations alone), our own
associations, and the words left out. It takes about two minutes and writes the same bytes every time.
"""

import argparse
import gzip
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from sources import Association, read_associations, read_left_out
from wordnet import Synset, WordNet, read_wordnet

PACKAGE = Path(__file__).parent.parent / "arena" / "words" / "data"
MIN_ZIPF = 2.3
MAX_EDGES = 64
SENSE_STRENGTH = (1.0, 0.5, 0.3, 0.2)
BASE = {"topic": 1.0, "similar": 0.95, "opposite": 0.95, "is-a": 0.9, "part-of": 0.9, "derived": 0.75}
BACKWARDS = 0.8
HYPERNYM_STEPS = 3
SLURS = frozenset({"disparagement", "obscenity", "ethnic slur", "slur", "derogation", "vulgarism"})
TOO_ABSTRACT = frozenset(
    "entity object whole unit artifact artefact thing matter abstraction attribute state relation act event group "
    "grouping cause causal agent process measure part portion piece content communication cognition instrumentality "
    "instrumentation structure construct physical psychological feature being organism quality property condition "
    "status action activity move change concept conception idea assembly component constituent element way means "
    "person individual someone mortal soul article commodity device creation product region location point".split()
)


class Edges:
    """The edges under construction; of two between the same words the stronger stays."""

    def __init__(self) -> None:
        self.of: defaultdict[str, dict[str, tuple[float, str, bool]]] = defaultdict(dict)

    def add(self, source: str, relation: str, word: str, weight: float, backwards: float) -> None:
        """Adds `source relation word` with `weight`, and its reading from `word` with `backwards`."""
        if source != word:
            self._keep(source, word, (round(weight, 3), relation, True))
            self._keep(word, source, (round(backwards, 3), relation, False))

    def _keep(self, source: str, word: str, edge: tuple[float, str, bool]) -> None:
        if edge[0] > 0 and edge > self.of[source].get(word, (0.0, "", False)):
            self.of[source][word] = edge

    def strongest(self) -> dict[str, list[tuple[str, float, str, bool]]]:
        """The words in order, each with its edges, strongest first, at most `MAX_EDGES`."""
        kept = {}
        for source in sorted(self.of):
            ranked = sorted((-weight, word, relation, out) for word, (weight, relation, out) in self.of[source].items())
            kept[source] = [(word, -minus, relation, out) for minus, word, relation, out in ranked[:MAX_EDGES]]
        return kept


class Frequency:
    """How common the words of one language are, in zipf (3 is once in a million words, 6 once in a thousand)."""

    def __init__(self, language: str) -> None:
        from wordfreq import zipf_frequency

        self._zipf = zipf_frequency
        self._language = language

    def zipf(self, word: str) -> float:
        """The word's zipf frequency, 0 when it is not known."""
        return float(self._zipf(word, self._language))

    def familiar(self, word: str) -> float:
        """From 0.15 for a rare word to 1 for an everyday one."""
        return min(1.0, max(0.15, (self.zipf(word) - 1.5) / 3.5))


def add_associations(edges: Edges, rows: tuple[Association, ...], frequency: Frequency) -> None:
    """Adds our own associations, which outweigh whatever WordNet says."""
    for row in rows:
        weight = max(0.55, BASE[row.relation] * (1 - 0.05 * row.rank))
        edges.add(row.target, row.relation, row.word, weight, weight * (0.5 + 0.3 * frequency.familiar(row.target)))


class English:
    """Turns WordNet's relations between synsets and senses into weighted edges between common single words."""

    def __init__(self, net: WordNet, frequency: Frequency, edges: Edges, left_out: frozenset[str]) -> None:
        self.net = net
        self.frequency = frequency
        self.edges = edges
        self.words = {word for word in net.senses if self._is_usable(word) and word not in left_out}
        self.rank: dict[tuple[str, str], float] = {}
        for word in self.words:
            for senses in net.senses[word].values():
                for strength, sense in zip(SENSE_STRENGTH, senses, strict=False):
                    self.rank[word, sense.synset] = strength

    def _is_usable(self, word: str) -> bool:
        plain = word.isascii() and word.isalpha() and word.islower() and len(word) >= 3
        return plain and self.frequency.zipf(word) >= MIN_ZIPF and not SLURS & set(self.net.usages(word, 2))

    def add_all(self) -> None:
        """Adds every relation of every word."""
        for word in sorted(self.words):
            for senses in self.net.senses[word].values():
                for strength, sense in zip(SENSE_STRENGTH, senses, strict=False):
                    self._add_synset(word, strength, sense.synset)
                    self._add_sense(word, strength, sense.links)
        self._add_compounds()

    def _add(self, word: str, relation: str, other: str, weight: float, back: float) -> None:
        near, far = self.frequency.familiar(other), self.frequency.familiar(word)
        self.edges.add(word, relation, other, weight * near, back * far)

    def _add_synset(self, word: str, strength: float, key: str) -> None:
        synset = self.net.synsets[key]
        for other, rank in self._members(key):
            self._add(word, "similar", other, 0.55 * strength * rank, 0.0)
        self._add_hypernyms(word, strength, synset, 0.5)
        for name, relation, weight, back in _SYNSET_EDGES:
            for link in synset.links.get(name, ()):
                for other, rank in self._members(link):
                    self._add(word, relation, other, weight * strength * rank, back * strength * rank)
        for name in ("mero_part", "mero_substance", "mero_member"):
            for link in synset.links.get(name, ()):
                for other, rank in self._members(link):
                    self._add(other, "part-of", word, 0.45 * strength * rank, 0.45 * strength * rank)

    def _add_hypernyms(self, word: str, strength: float, synset: Synset, weight: float, step: int = 1) -> None:
        for link in synset.links.get("hypernym", ()):
            for other, rank in self._members(link):
                if other not in TOO_ABSTRACT:
                    self._add(word, "is-a", other, weight * strength * rank, 0.7 * weight * strength * rank)
            if step < HYPERNYM_STEPS:
                self._add_hypernyms(word, strength, self.net.synsets[link], 0.7 * weight, step + 1)

    def _add_sense(self, word: str, strength: float, links: dict[str, tuple[str, ...]]) -> None:
        for name, ids in links.items():
            relation, weight = _SENSE_EDGES[name]
            for key in ids:
                other = self.net.lemmas.get(key, "")
                if other in self.words:
                    self._add(word, relation, other, weight * strength, weight * strength)

    def _members(self, key: str) -> Iterator[tuple[str, float]]:
        for word in self.net.synsets[key].members:
            if (word, key) in self.rank:
                yield word, self.rank[word, key]

    def _add_compounds(self) -> None:
        together: Counter[tuple[str, str]] = Counter()
        for lemma in self.net.senses:
            parts = lemma.replace("-", " ").split()
            if len(parts) == 2 and all(part in self.words for part in parts):
                together[parts[0], parts[1]] += 1
        for first, second in together:
            self._add(first, "topic", second, 0.4, 0.4)

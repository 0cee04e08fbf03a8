"""Turns the relations of Open English WordNet into weighted edges between common single words."""

from collections.abc import Iterator

from edges import Edges, Frequency
from wordnet import Synset, WordNet

MIN_ZIPF = 2.3
SENSE_STRENGTH = (1.0, 0.5, 0.3, 0.2)
HYPERNYM_STEPS = 3
SLURS = frozenset({"disparagement", "obscenity", "ethnic slur", "slur", "derogation"})
# Words under which WordNet hangs half of all nouns: true, and of no use to a player.
_TOO_ABSTRACT = (
    "entity object whole unit artifact artefact thing matter abstraction attribute state relation act event group "
    "grouping cause causal agent process measure part portion piece content communication cognition instrumentality "
    "instrumentation structure construct physical psychological feature being organism quality property condition "
    "status action activity move change concept conception idea assembly component constituent element way means "
    "person individual someone mortal soul article commodity device creation product region location point"
)
TOO_ABSTRACT = frozenset(_TOO_ABSTRACT.split())
# relation of a synset: what the edge is called, its weight, its weight read backwards
_SYNSET_EDGES = (
    ("similar", "similar", 0.4, 0.4),
    ("also", "similar", 0.35, 0.35),
    ("domain_topic", "topic", 0.3, 0.2),
    ("attribute", "topic", 0.35, 0.35),
    ("entails", "topic", 0.35, 0.35),
    ("causes", "topic", 0.35, 0.35),
)
_SENSE_EDGES = {
    "antonym": ("opposite", 0.6),
    "derivation": ("derived", 0.4),
    "pertainym": ("derived", 0.4),
    "event": ("derived", 0.4),
    "instrument": ("derived", 0.4),
    "material": ("derived", 0.4),
    "location": ("derived", 0.4),
}


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
        self._add_open_compounds()
        self._add_closed_compounds()

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

    def _add_open_compounds(self) -> None:
        for lemma in self.net.senses:
            parts = lemma.replace("-", " ").split()
            if len(parts) == 2 and all(part in self.words for part in parts):
                self._add(parts[0], "topic", parts[1], 0.3, 0.3)

    def _add_closed_compounds(self) -> None:
        for word in sorted(self.words):
            for cut in range(3, len(word) - 2):
                first, head = word[:cut], word[cut:]
                if first in self.words and head in self.words and self._is_a(word, head):
                    self._add(word, "is-a", head, 0.5, 0.35)
                    self._add(word, "topic", first, 0.5, 0.4)

    def _is_a(self, word: str, head: str) -> bool:
        """Whether the head names what the closed compound is (a sunflower is a flower, a carpet is no pet)."""
        seen: set[str] = set()
        queue = [sense.synset for senses in self.net.senses[word].values() for sense in senses]
        while queue:
            key = queue.pop()
            if key not in seen:
                seen.add(key)
                queue.extend(self.net.synsets[key].links.get("hypernym", ()))
        return any(head in self.net.synsets[key].members for key in seen)

"""Reads the Open English WordNet source archive: words, senses and relations, never glosses or examples.

The archive holds one YAML file a letter for the entries and one a lexicographer file for the synsets.
"""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_SENSE_RELATIONS = ("derivation", "antonym", "pertainym", "event", "instrument", "material", "location")
_SYNSET_RELATIONS = (
    "hypernym",
    "mero_part",
    "mero_substance",
    "mero_member",
    "similar",
    "also",
    "domain_topic",
    "attribute",
    "entails",
    "causes",
)


@dataclass(frozen=True, slots=True)
class Synset:
    """One meaning: the words that share it, its lexicographer file, and its relations to other synsets."""

    file: str
    members: tuple[str, ...]
    links: dict[str, tuple[str, ...]]
    usage: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sense:
    """One word in one meaning; `links` lead to the ids of other senses."""

    synset: str
    links: dict[str, tuple[str, ...]]
    usage: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordNet:
    """The whole net: `senses[word][part of speech]` is in the order of the source, most important first."""

    senses: dict[str, dict[str, tuple[Sense, ...]]]
    synsets: dict[str, Synset]
    lemmas: dict[str, str]

    def files(self, word: str, first: int = 1) -> tuple[str, ...]:
        """The lexicographer files of the word's first noun senses, such as `noun.animal`."""
        return tuple(self.synsets[sense.synset].file for sense in self.senses.get(word, {}).get("n", ())[:first])

    def usages(self, word: str, first: int) -> Iterator[str]:
        """The usage tags (a spelling, a slur, slang) of the word's first senses of each part of speech."""
        for senses in self.senses.get(word, {}).values():
            for sense in senses[:first]:
                for tag in (*sense.usage, *self.synsets[sense.synset].usage):
                    yield self.lemmas.get(tag) or self.synsets[tag].members[0]


def read_wordnet(archive: Path) -> WordNet:
    """Reads `yaml.tar.xz`; takes about a minute."""
    senses: dict[str, dict[str, tuple[Sense, ...]]] = {}
    synsets: dict[str, Synset] = {}
    lemmas: dict[str, str] = {}
    for name, rows in _files(archive):
        if not name.startswith("entries"):
            synsets.update((key, _synset(name, row)) for key, row in rows.items())
            continue
        for word, entry in rows.items():
            senses[word] = by_pos = {}
            for pos, row in entry.items():
                by_pos[pos[0]] = by_pos.get(pos[0], ()) + tuple(map(_sense, row["sense"]))
                lemmas.update((sense["id"], word) for sense in row["sense"])
    return WordNet(senses, synsets, lemmas)


def _files(archive: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    with tarfile.open(archive) as tar:
        for member in sorted(tar, key=lambda one: one.name):
            stream = tar.extractfile(member)
            name = Path(member.name)
            if stream is not None and name.suffix == ".yaml" and name.stem != "frames":
                yield name.stem, yaml.load(stream, Loader=yaml.CSafeLoader)


def _synset(file: str, row: dict[str, Any]) -> Synset:
    links = {name: tuple(row[name]) for name in _SYNSET_RELATIONS if name in row}
    return Synset(file, tuple(row["members"]), links, tuple(row.get("exemplifies", ())))


def _sense(row: dict[str, Any]) -> Sense:
    links = {name: tuple(row[name]) for name in _SENSE_RELATIONS if name in row}
    return Sense(row["synset"], links, tuple(row.get("exemplifies", ())))

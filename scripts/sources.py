"""Reads the hand-written tables beside the build scripts: associations, and words left out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
RELATIONS = frozenset({"is-a", "part-of", "similar", "opposite", "derived", "topic"})


@dataclass(frozen=True, slots=True)
class Association:
    """`target relation word`, the `rank`-th strongest of its kind for the target (from 0)."""

    target: str
    relation: str
    word: str
    rank: int


def read_associations(language: str) -> tuple[Association, ...]:
    """Our own associations, from `associations.tsv`.

    Raises:
        ValueError: a line without four fields or with an unknown relation, named by file and number.
    """
    ranks: Counter[tuple[str, str]] = Counter()
    found: list[Association] = []
    for place, fields in _rows(HERE / "associations.tsv", 4):
        if fields[2] not in RELATIONS:
            raise ValueError(f"{place}: unknown relation {fields[2]!r}")
        if fields[0] != language:
            continue
        target, relation = fields[1].strip(), fields[2]
        for word in _words(fields[3]):
            if word != target:
                found.append(Association(target, relation, word, ranks[target, relation]))
                ranks[target, relation] += 1
    return tuple(found)


def read_left_out(language: str, where: str) -> frozenset[str]:
    """The words of `left_out.tsv` that stay out of the graph (`where` is `graph`) or of the target lists (`lists`).

    What is out of the graph is out of the lists as well.
    """
    wanted = {"graph"} if where == "graph" else {"graph", "lists"}
    rows = _rows(HERE / "left_out.tsv", 3)
    return frozenset(word for _, row in rows if row[0] == language and row[1] in wanted for word in _words(row[2]))


def read_abstract(language: str) -> frozenset[str]:
    """The nouns of `abstract.tsv`: target words that nobody can picture."""
    return frozenset(
        word for _, row in _rows(HERE / "abstract.tsv", 3) if row[0] == language for word in _words(row[2])
    )


def _rows(table: Path, width: int) -> Iterator[tuple[str, list[str]]]:
    for number, line in enumerate(table.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != width:
            raise ValueError(f"{table.name}:{number}: {len(fields)} fields where {width} belong")
        yield f"{table.name}:{number}", fields


def _words(field: str) -> list[str]:
    return [word.strip() for word in field.split(",") if word.strip()]

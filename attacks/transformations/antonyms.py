"""Antonyms from files of pairs: a masked model reads 'bad' where 'good' stands, and that is no attack but another text.

A file holds one pair a line, two words with a space between, such as `wordnet_antonyms.txt` and `ppdb_antonyms.txt` of
the counter-fitting project. Both directions count, whichever is listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from attacks.core.errors import AttackError
from attacks.core.perturbation import Perturbation
from attacks.fingerprints import of_bytes

_REMEDY = (
    "give a file with two words a line, or a folder with files named *antonyms.txt, such as linguistic_constraints/ of "
    "https://github.com/nmrksic/counter-fitting (Apache-2.0 licence)"
)


@dataclass(eq=False)
class AntonymsError(AttackError):
    """A file of antonyms that is missing, or is none."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"antonyms in {self.path}: {self.problem}; {_REMEDY}"


class AvoidsAntonyms:
    """Allows perturbations that put no antonym of a word in its place; upper and lower case are the same."""

    def __init__(self, path: Path | str) -> None:
        """From a file, or all files `*antonyms.txt` of a folder. Raises AntonymsError."""
        named = Path(path)
        files = sorted(named.glob("*antonyms.txt")) if named.is_dir() else [named]
        if not files or not all(file.is_file() for file in files):
            raise AntonymsError(str(path), "there is no such file")
        read = [file.read_bytes() for file in files]
        self._antonyms = _pairs(str(path), b"\n".join(read))
        self.fingerprint = of_bytes(b"\0".join(read))

    def __call__(self, perturbation: Perturbation) -> bool:
        """Whether no replacement is an antonym of its word."""
        words = perturbation.original.words
        return not any(
            text.casefold() in self._antonyms.get(words[place].casefold(), ()) for place, text in perturbation.changes
        )


def _pairs(path: str, content: bytes) -> Mapping[str, frozenset[str]]:
    try:
        lines = content.decode().splitlines()
    except UnicodeDecodeError as wrong:
        raise AntonymsError(path, f"is no text ({wrong.reason})") from None
    found: dict[str, set[str]] = {}
    for number, line in enumerate(lines, start=1):
        words = line.casefold().split()
        if len(words) not in (0, 2):
            raise AntonymsError(path, f"line {number} holds {len(words)} words")
        if words:
            found.setdefault(words[0], set()).add(words[1])
            found.setdefault(words[1], set()).add(words[0])
    return {word: frozenset(others) for word, others in found.items()}

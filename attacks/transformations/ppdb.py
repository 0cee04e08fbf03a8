"""Paraphrases of words from PPDB, the paraphrase database, in any of the forms in which it is handed on.

Source: Ganitkevitch, Van Durme and Callison-Burch, 'PPDB: The Paraphrase Database', NAACL 2013. Three forms, told
apart line by line: PPDB's own (`LHS ||| PHRASE ||| PARAPHRASE ||| FEATURES ||| ...`), the pairs of counter-fitting
(`en_word en_word`, the prefix optional), and pairs with a tab between. A zip archive of one such file is read too.
"""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from attacks.core.text import Text
from attacks.fingerprints import of_bytes
from attacks.transformations.casing import cased_like
from attacks.transformations.reading import BrokenFileError, found, numbered

VARIABLE = "TABOO_PPDB"
_REMEDY = (
    f"set {VARIABLE} to a file of PPDB (lines 'LHS ||| PHRASE ||| PARAPHRASE ||| FEATURES', from "
    "http://paraphrase.org), of pairs of words (linguistic_constraints/ppdb_synonyms.txt of "
    "https://github.com/nmrksic/counter-fitting), or to nltk's mwa_ppdb.zip (python -m nltk.downloader mwa_ppdb)"
)
_PREFIX = "en_"


class PPDB:
    """The paraphrases of a word, at most `most`, in the order of the file, in its case; both ways of each pair."""

    name = "ppdb"
    knows_parts = False

    def __init__(self, path: Path | str | None = None, most: int = 50) -> None:
        """From a file, or the one that TABOO_PPDB names. Raises DataMissingError or BrokenFileError."""
        file = found(path, VARIABLE, "a file of paraphrases", _REMEDY)
        content = file.read_bytes()
        self.fingerprint = of_bytes(content)
        self._pairs, self._most = _read(content, str(file)), most

    def __call__(self, text: Text, place: int) -> Sequence[str]:
        """What may stand there instead of the word."""
        word = text.words[place]
        return tuple(dict.fromkeys(cased_like(it, word) for it in self._pairs.get(word.casefold(), ())[: self._most]))


def _read(content: bytes, path: str) -> Mapping[str, Sequence[str]]:
    if content[:2] == b"PK":
        content = _unpacked(content, path)
    pairs: dict[str, dict[str, None]] = {}
    for number, line in numbered(content, path, _REMEDY):
        one, other = _pair(line, path, number)
        if one != other:
            pairs.setdefault(one, {})[other] = None
            pairs.setdefault(other, {})[one] = None
    return {word: tuple(others) for word, others in pairs.items()}


def _unpacked(content: bytes, path: str) -> bytes:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            files = [it for it in archive.infolist() if not it.is_dir()]
            if len(files) == 1:
                return archive.read(files[0])
    except zipfile.BadZipFile as wrong:
        raise BrokenFileError(path, 0, f"it is no zip archive ({wrong})", _REMEDY) from None
    raise BrokenFileError(path, 0, f"the archive holds {len(files)} files, not one", _REMEDY)


def _pair(line: str, path: str, number: int) -> tuple[str, str]:
    """The two phrases of a line, in lower case."""
    if "|||" in line:
        parts = [part.strip(" ") for part in line.split("|||")][1:3]
        is_pair = line.count("|||") >= 3
    else:
        parts = line.split("\t") if "\t" in line else line.split()
        parts = [part.strip(" ").removeprefix(_PREFIX) for part in parts]
        is_pair = len(parts) == 2
    if not is_pair or not all(parts):
        raise BrokenFileError(path, number, f"{line[:60]!r} is no pair of phrases", _REMEDY)
    return parts[0].casefold(), parts[1].casefold()

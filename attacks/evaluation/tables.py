"""Rows of tables, whatever they are kept in: files, Hugging Face datasets, corpora of nltk. Knows nothing of examples.

A source is a path, `hf:NAME[:SPLIT][@CONFIG]` or `nltk:CORPUS`. A file of any kind may be packed with gzip.
"""

import codecs
import csv
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO, Any, TypeAlias, cast

from attacks.core.errors import AttackError

FORMATS = ("csv", "tsv", "jsonl", "parquet", "labelled")
"""`labelled` is a line of a label, a space and a text, without a header; the text may stand in double quotes."""
_SUFFIXES = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_MARKS = (
    # The mark of UTF-32 begins with that of UTF-16, where the lowest byte comes first.
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_LONGEST = 2**31 - 1
"""Characters of a cell, as many as the csv module can be told on every platform."""
_LIMIT = Lock()
_KINDS = "give a .csv, .tsv, .jsonl or .parquet file, hf:NAME:SPLIT or nltk:CORPUS"

Cells: TypeAlias = Mapping[str, object]
"""The cells of a row by the names of their columns, or by their numbers from 1 where a file has no header."""


@dataclass(eq=False)
class DataError(AttackError):
    """A file of examples that cannot be read. `line` 0 is the file as a whole."""

    path: str
    line: int
    problem: str

    def __str__(self) -> str:
        where = f"{self.path}, line {self.line}" if self.line else self.path
        return f"{where}: {self.problem}"


def is_file(source: str) -> bool:
    """Whether a source is one file, and not a folder or something with a name."""
    return not source.startswith(("hf:", "nltk:")) and Path(source).is_file()


def rows_of(source: str, *, form: str | None = None, has_header: bool = True) -> Iterator[tuple[int, Cells]]:
    """Every row with the number of its line, or of itself where there are no lines. Raises DataError.

    `form` is one of FORMATS and is told by the file's name where it is None.
    """
    kind, _, which = source.partition(":")
    if kind == "hf" and which:
        return _of_dataset(source, which)
    if kind == "nltk" and which:
        return _of_corpus(source, which)
    path = Path(source)
    if path.is_dir():
        return _of_dataset(source, source)
    if not path.is_file():
        raise DataError(source, 0, f"there is no such file; {_KINDS}")
    return _of_file(path, form or _told_by_name(path), has_header=has_header)


def _told_by_name(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    found = _SUFFIXES.get(suffixes[-1]) if suffixes else None
    if found is None:
        raise DataError(
            str(path), 0, f"its name does not say what kind of table it is; add --format {'|'.join(FORMATS)}"
        )
    return found


# --- files ------------------------------------------------------------------------------------------------------------


def _of_file(path: Path, form: str, *, has_header: bool) -> Iterator[tuple[int, Cells]]:
    if form == "parquet":
        yield from _of_parquet(path)
        return
    at = 0
    try:
        with _opened(path) as lines:
            for at, row in _of_lines(path, lines, form, has_header=has_header):
                yield at, row
    except UnicodeDecodeError as wrong:
        encoding = _marked(path)
        remedy = f"write the file in UTF-8 (iconv -f {encoding or 'LATIN1'} -t UTF-8)"
        what = f"is {encoding}, not UTF-8" if encoding else f"is not UTF-8 after line {at} ({wrong.reason})"
        raise DataError(str(path), 0, f"{what}; {remedy}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as wrong:
        raise DataError(str(path), 0, f"is no whole gzip file ({wrong}); fetch it again") from None
    except OSError as wrong:
        raise DataError(str(path), 0, f"cannot be read ({wrong.strerror or wrong}); see to its permissions") from None


def _opened(path: Path) -> IO[str]:
    if path.suffix.lower() == ".gz":
        return cast("IO[str]", gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


def _marked(path: Path) -> str:
    """The encoding that the mark at the beginning of a file names, empty where there is none of these."""
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        start = file.read(4)
    return next((encoding for mark, encoding in _MARKS if start.startswith(mark)), "")


def _of_lines(path: Path, lines: IO[str], form: str, *, has_header: bool) -> Iterator[tuple[int, Cells]]:
    if form == "jsonl":
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield number, _object(path, number, line)
    elif form == "labelled":
        for number, line in enumerate(lines, start=1):
            label, _, text = line.rstrip("\r\n").partition(" ")
            yield number, {"label": label, "text": _unquoted(text)}
    else:
        yield from _of_cells(path, lines, form, has_header=has_header)


def _of_cells(path: Path, lines: IO[str], form: str, *, has_header: bool) -> Iterator[tuple[int, Cells]]:
    """Rows of cells, which may go over many lines. Raises DataError with the line where a row begins."""
    quoting: Any = csv.QUOTE_NONE if form == "tsv" else csv.QUOTE_MINIMAL
    table = csv.reader(lines, delimiter="\t" if form == "tsv" else ",", quoting=quoting, strict=True)
    names: list[str] | None = None
    while True:
        at = table.line_num + 1
        try:
            cells = _next_cells(table)
        except csv.Error as wrong:
            raise DataError(str(path), at, _miswritten(str(wrong), form)) from None
        if cells is None:
            return
        if not cells:
            continue
        if has_header and names is None:
            names = cells
        elif names is None:
            yield table.line_num, {str(number): cell for number, cell in enumerate(cells, start=1)}
        else:
            # A row that is too short lacks its last columns.
            yield table.line_num, dict(zip(names, cells, strict=False))


def _next_cells(table: "Iterator[list[str]]") -> list[str] | None:
    """The next row however long its cells are, None at the end. Raises csv.Error."""
    # The limit is one for the whole process: it is raised for this row alone, by one thread at a time.
    with _LIMIT:
        before = csv.field_size_limit(_LONGEST)
        try:
            return next(table, None)
        finally:
            csv.field_size_limit(before)


def _miswritten(problem: str, form: str) -> str:
    if "end of data" in problem:
        return "opens a quote that is never closed; close it, or write quotes inside of quotes twice"
    if "expected after" in problem:
        return "goes on behind a closing quote; write quotes inside of quotes twice"
    return f"cannot be read as {form} ({problem}); add --format"


def _object(path: Path, number: int, line: str) -> Cells:
    try:
        row = json.loads(line)
    except ValueError as wrong:
        raise DataError(str(path), number, f"is not JSON: {wrong}") from None
    if not isinstance(row, dict):
        raise DataError(str(path), number, "is not a JSON object")
    return row


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1].replace('""', '"') if is_quoted else text


def _of_parquet(path: Path) -> Iterator[tuple[int, Cells]]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise DataError(str(path), 0, "needs pyarrow: pip install 'taboo-arena[attacks]'") from None
    try:
        with pyarrow.parquet.ParquetFile(path) as table:
            yield from _numbered(row for batch in table.iter_batches(1024) for row in batch.to_pylist())
    except (pyarrow.ArrowException, OSError) as wrong:
        raise DataError(str(path), 0, f"is no parquet file ({_first_line(wrong)}); add --format") from None


# --- Hugging Face and nltk --------------------------------------------------------------------------------------------


def _of_dataset(source: str, which: str) -> Iterator[tuple[int, Cells]]:
    """A dataset by name, or in a folder that `save_to_disk` or a download left. Its splits are never mixed."""
    try:
        import datasets
    except ImportError:
        raise DataError(source, 0, "needs datasets: pip install 'taboo-arena[attacks]'") from None
    named, _, config = which.partition("@")
    name, _, split = named.partition(":")
    is_saved = any((Path(name) / it).is_file() for it in ("dataset_dict.json", "state.json"))
    try:
        found = datasets.load_from_disk(name) if is_saved else datasets.load_dataset(name, config or None)
    except Exception as wrong:  # noqa: BLE001 - a hub, a network, a disk and a builder may raise anything
        raise DataError(source, 0, f"cannot be loaded ({_first_line(wrong)}); {_KINDS}") from None
    if isinstance(found, dict):
        splits = list(found)
        if split not in splits and not (not split and len(splits) == 1):
            wanted = f"hf:{name}:{splits[0]}" if splits else "another dataset"
            raise DataError(source, 0, f"has the splits {', '.join(splits)}; name one, as in {wanted}")
        found = found[split or splits[0]]
    elif split:
        raise DataError(source, 0, f"has no splits; leave :{split} out")
    return _numbered(found)


def _of_corpus(source: str, which: str) -> Iterator[tuple[int, Cells]]:
    """A corpus of nltk with categories: a row a sentence, its words with spaces between; the category is the label."""
    from attacks.transformations.nltk_files import require

    try:
        require(f"corpora/{which}")
        import nltk.corpus

        corpus = getattr(nltk.corpus, which)
        categories = corpus.categories()
        sentences = ((name, words) for name in categories for words in corpus.sents(categories=[name]))
    except ImportError:
        raise DataError(source, 0, "needs nltk: pip install 'taboo-arena[attacks]'") from None
    except AttributeError:
        raise DataError(source, 0, "is no corpus of nltk with categories, as sentence_polarity is") from None
    return _numbered({"label": name, "text": " ".join(words)} for name, words in sentences)


def _numbered(rows: Iterable[Cells]) -> Iterator[tuple[int, Cells]]:
    return enumerate(rows, start=1)


def _first_line(wrong: Exception) -> str:
    return next(iter(str(wrong).strip().splitlines()), type(wrong).__name__)

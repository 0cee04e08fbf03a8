"""Files of sentences that a judge is calibrated on: one a line, or JSON Lines with what was said before each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from agents.llm.judges.errors import SentenceError, SentencesFileError
from arena.core.actions import Case, Said
from arena.core.hits import Language
from arena.core.verdict import Role

MOST_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """A good utterance and what was said before it, latest last."""

    text: str
    earlier: tuple[str, ...] = ()

    def case(self, language: Language) -> Case:
        """The sentence as judges see it: said by the attacker, two players in turn before it."""
        first = Role.ATTACKER if len(self.earlier) % 2 == 0 else Role.DEFENDER
        roles = (first, first.other)
        history = tuple(Said(roles[at % 2], 1 + at // 2, text) for at, text in enumerate(self.earlier))
        return Case(Role.ATTACKER, 1 + len(self.earlier) // 2, self.text, history, language)


@dataclass(frozen=True, slots=True)
class Sentences:
    """The different sentences of a file, in its order, the file's hash, and how many lines repeated one."""

    file: str
    sha256: str
    rows: Sequence[Sentence]
    repeated: int


def read_sentences(path: Path, *, with_earlier: bool = False) -> Sentences:
    """The sentences of a file. `.jsonl` holds `{"text": "...", "earlier": ["...", ...]}`, any other plain text.

    Empty lines are passed over. Raises SentenceError naming the line, SentencesFileError where there is no such file.
    """
    try:
        raw = path.read_bytes()
    except OSError as wrong:
        raise SentencesFileError(str(path), wrong.strerror or str(wrong)) from None
    rows: dict[Sentence, None] = {}
    lines = 0
    for number, line in enumerate(raw.split(b"\n"), start=1):
        try:
            text = line.decode("utf-8").strip()
            if not text:
                continue
            lines += 1
            sentence = _from_json(text) if path.suffix == ".jsonl" else Sentence(text)
            if with_earlier and not sentence.earlier:
                raise ValueError(
                    "nothing was said before it; this judge needs a .jsonl file with "
                    '{"text": "...", "earlier": ["...", ...]} on each line'
                )
            if len(sentence.text) > MOST_CHARS:
                raise ValueError(f"has {len(sentence.text)} characters; no utterance has more than {MOST_CHARS}")
        except ValueError as wrong:
            problem = "is not UTF-8" if isinstance(wrong, UnicodeDecodeError) else str(wrong)
            raise SentenceError(str(path), number, problem) from None
        rows[sentence] = None
    return Sentences(path.name, sha256(raw).hexdigest(), tuple(rows), lines - len(rows))


def _from_json(line: str) -> Sentence:
    try:
        row = json.loads(line)
    except ValueError as wrong:
        raise ValueError(f"is not JSON: {wrong}") from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
        raise ValueError('is not an object with a "text"')
    earlier = row.get("earlier", [])
    if not isinstance(earlier, list) or not all(isinstance(it, str) for it in earlier):
        raise ValueError('"earlier" is not a list of texts')
    return Sentence(row["text"].strip(), tuple(earlier))

"""The folder of an attack on the game: what is written as pairs are played, and what can be counted from it again.

game.json          who played whom, by which rules, on which words
pairs.jsonl        one line a pair; every figure of the table is counted from these
utterances.jsonl   what became of each utterance, with the match that it belongs to
matches.jsonl      both matches of each pair, as `taboo import` reads them
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from arena.core.errors import TabooError
from arena.core.events import Event
from arena.core.jsonline import to_line
from attacks.engine import Row
from attacks.game.counting import Pair
from attacks.game.matches import PlayedPair, paired

SETTINGS, PAIRS, UTTERANCES, TRANSCRIPTS = "game.json", "pairs.jsonl", "utterances.jsonl", "matches.jsonl"
_SCHEMA = "taboo.transcript/1"
T = TypeVar("T")


@dataclass(eq=False)
class GameFolderError(TabooError):
    """A folder that an attack on the game cannot be written to, or cannot be read from."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


class GameFolder:
    """Where an attack on the game is written. Raises GameFolderError."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, told: Mapping[str, Any], *, resume: bool = False) -> list[Pair]:
        """Write the settings down; the pairs that are done already, of a folder that is to be gone on with.

        What was left of a pair that was under way is taken away.
        """
        settings = self.path / SETTINGS
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if not settings.exists():
                _replace(settings, [json.dumps(told, indent=2, ensure_ascii=False)])
                return []
        except OSError as wrong:
            raise GameFolderError(str(self.path), f"{wrong.strerror}; choose another --out") from None
        if not resume:
            raise GameFolderError(str(self.path), "holds an attack on the game; go on with --resume, or choose another")
        self._require_same(told)
        done = self.pairs() if (self.path / PAIRS).exists() else []
        matches = {match for pair in done for match in pair.matches}
        for name in (PAIRS, UTTERANCES, TRANSCRIPTS):
            if (self.path / name).exists():
                lines = self._read(name, lambda row: name == PAIRS or row["match"] in matches)  # noqa: B023 - used at once
                _replace(self.path / name, [line for line, is_kept in lines if is_kept])
        return done

    def keep(self, played: PlayedPair) -> None:
        """Write a pair down, last of all the line that says that it is done. Raises OSError."""
        _append(self.path / TRANSCRIPTS, map(transcript, played.events))
        match = played.pair.matches[1]
        rows = ({"match": match, **json.loads(row.to_line())} for row in played.rows)
        _append(self.path / UTTERANCES, (json.dumps(row, ensure_ascii=False) for row in rows))
        _append(self.path / PAIRS, [json.dumps(asdict(played.pair), ensure_ascii=False)])

    def keep_flips(self, rows: Sequence[Row], words: Sequence[str]) -> None:
        """Write down what became of a judge's rulings, with the word that each utterance was about. Raises OSError."""
        named = ({"word": word, **json.loads(row.to_line())} for row, word in zip(rows, words, strict=True))
        _replace(self.path / UTTERANCES, [json.dumps(row, ensure_ascii=False) for row in named])

    def settings(self) -> dict[str, Any]:
        """What `begin` wrote down."""
        path = self.path / SETTINGS
        try:
            told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except OSError as wrong:
            raise GameFolderError(str(path), f"cannot be read: {wrong.strerror}") from None
        except ValueError as wrong:
            raise GameFolderError(str(path), f"is not JSON: {wrong}") from None
        return told

    def pairs(self) -> list[Pair]:
        """The pairs that are done."""
        return self._rows(PAIRS, Pair.from_json)

    def flips(self) -> tuple[list[Row], list[str]]:
        """The rows of a judge's rulings, and the word of each."""
        found = self._rows(UTTERANCES, lambda row: (Row.from_json(_without(row, "word")), str(row["word"])))
        return [row for row, _ in found], [word for _, word in found]

    def differences(self) -> list[str]:
        """Where a pair is not what its transcripts and utterances come to, in words."""
        transcripts = dict(self._rows(TRANSCRIPTS, lambda row: (row["match"], _events(row))))
        rows: dict[str, list[Row]] = defaultdict(list)
        for match, row in self._rows(UTTERANCES, lambda it: (it["match"], Row.from_json(_without(it, "match")))):
            rows[match].append(row)
        found = []
        for pair in self.pairs():
            missing = [match for match in pair.matches if match not in transcripts]
            if missing:
                found += [f"match {match} of {pair.word!r} is not in {TRANSCRIPTS}" for match in missing]
                continue
            plain, perturbed = (transcripts[match] for match in pair.matches)
            now = paired(pair.word, pair.seed, pair.matches, plain, perturbed, rows[pair.matches[1]], pair.problem)
            told, counted = asdict(pair), asdict(now)
            found += [
                f"{name} of {pair.word!r} is {told[name]}, and its match comes to {counted[name]}"
                for name in told
                if told[name] != counted[name]
            ]
        return found

    def _require_same(self, told: Mapping[str, Any]) -> None:
        before, now = self.settings(), json.loads(json.dumps(told))
        for name in now:
            if before.get(name) != now[name]:
                problem = f"was begun with another {name}; --resume goes on with the same settings only"
                raise GameFolderError(str(self.path), problem)

    def _rows(self, name: str, made: Callable[[Any], T]) -> list[T]:
        return [it for _, it in self._read(name, made)]

    def _read(self, name: str, made: Callable[[Any], T]) -> list[tuple[str, T]]:
        """Each line that is whole, and what is made of it; a last one without its end was cut off by a kill."""
        path = self.path / name
        found: list[tuple[str, T]] = []
        try:
            with path.open("rb") as lines:
                for line in lines:
                    if line.endswith(b"\n"):
                        found.append((line[:-1].decode(), made(json.loads(line))))
        except OSError as wrong:
            raise GameFolderError(str(path), f"cannot be read: {wrong.strerror}") from None
        except (ValueError, KeyError, TypeError, TabooError) as wrong:
            problem = f"line {len(found) + 1} is none of an attack on the game ({wrong})"
            raise GameFolderError(str(path), problem) from None
        return found


def transcript(events: Sequence[Event]) -> str:
    """A finished match as one line, in the form that `taboo import` reads."""
    array = f"[{','.join(event.to_line() for event in events)}]"
    digest = sha256(array.encode()).hexdigest()
    return (
        f'{{"schema":"{_SCHEMA}","match":{to_line(events[0].match)},"sha256":"{digest}","events":{array},"words":[]}}'
    )


def _events(row: Mapping[str, Any]) -> list[Event]:
    return [Event.from_json(it) for it in row["events"]]


def _without(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: it for key, it in row.items() if key != name}


def _append(path: Path, lines: Iterable[str]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))


def _replace(path: Path, lines: Sequence[str]) -> None:
    """Write a file as a whole: a kill leaves the old one or the new one."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    fresh.replace(path)

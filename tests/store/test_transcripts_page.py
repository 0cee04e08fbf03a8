"""What `docs/transcripts.md` shows is true."""

import json
import re
from pathlib import Path

import pytest

from arena.core.replay import replay
from arena.store import open_log
from arena.store.transcripts import ImportSummary, import_transcripts

PAGE = (Path(__file__).parents[2] / "docs" / "transcripts.md").read_text(encoding="utf-8")


def fenced(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture
def example(tmp_path):
    (line,) = fenced("jsonl")
    path = tmp_path / "matches.jsonl"
    path.write_text(line, encoding="utf-8", newline="\n")
    return path


def test_the_example_can_be_imported_and_redacted_as_shown(example, tmp_path):
    with open_log(str(tmp_path / "log.db")) as log:
        assert import_transcripts(log, example.read_bytes().splitlines(keepends=True)) == ImportSummary(new=1, known=0)
        (match,) = log.matches()
        log.redact(match, 2)
        (stored,) = log.iter_stored()
        assert stored.lines[-1] + "\n" == fenced("json")[0]
        assert replay(stored.events()).verdict is not None


def test_the_program_that_reads_transcripts_finds_the_persons_words(example, monkeypatch):
    monkeypatch.chdir(example.parent)
    names: dict[str, object] = {}
    exec(fenced("python")[1], names)
    assert [(row["role"], row["text"], row["hits"]) for row in names["rows"]] == [
        ("attacker", "What do monkeys like to eat?", 0),
        ("defender", "They eat bananas, I think.", 1),
    ]


def test_the_seal_is_computed_as_shown(example):
    transcript = json.loads(example.read_text(encoding="utf-8"))
    (words,) = transcript["words"]
    names = {"event": transcript["events"][words["seq"]], "json": json, **words}
    exec("from hashlib import sha256", names)
    assert eval(fenced("python")[0].strip(), names) is True

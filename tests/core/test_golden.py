"""Recorded matches: every reason for which a match can end, some in Chinese, and what replay must make of them."""

from pathlib import Path

import pytest
from core.playing import lines, replayed_live

from arena.core.events import Acted, Event, Refused
from arena.core.replay import replay
from arena.core.verdict import Cause, Reason

GOLDEN = Path(__file__).parents[1] / "golden"
FILES = sorted(GOLDEN.glob("*.jsonl"))


def read(path: Path) -> list[Event]:
    """The events of a recorded match."""
    return [Event.from_line(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_recorded_match_gives_the_verdict_it_is_named_after(path):
    replayed = replay(read(path))
    assert replayed.verdict is not None
    assert replayed.verdict.reason == path.stem.split("_")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_recorded_match_is_written_again_to_the_byte(path):
    assert "".join(line + "\n" for line in lines(read(path))) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [path for path in FILES if "sealed" not in path.stem], ids=lambda path: path.stem)
def test_a_machine_told_the_same_writes_the_same_events(path):
    assert lines(replayed_live(read(path))) == path.read_text(encoding="utf-8").splitlines()


def test_every_reason_and_every_cause_is_recorded():
    verdicts = [replay(read(path)).verdict for path in FILES]
    assert {verdict.reason for verdict in verdicts} == set(Reason)
    assert {verdict.cause for verdict in verdicts} == {None, *Cause}


def test_the_recorded_matches_hold_chinese_refusals_rulings_hits_guesses_and_sealed_words():
    bodies = [event.body for path in FILES for event in read(path)]
    acts = [body for body in bodies if isinstance(body, Acted)]
    assert any("蘋果" in body.action.text for body in acts)
    assert any(isinstance(body, Refused) for body in bodies)
    assert any(body.rulings for body in acts)
    assert any(hit.rule.is_evasion and not hit.counts for body in acts for hit in body.hits)
    assert any(body.right is False for body in acts)
    assert any(body.seal for body in acts)

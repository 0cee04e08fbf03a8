"""The agents differ as the paper says, over more than 600 matches."""

import importlib.util
import sys
from pathlib import Path

import pytest

from arena.core.verdict import Reason

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).parents[2] / "scripts" / "agent_table.py"
WORDS, SEED = 75, 11


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("agent_table", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def results(script):
    return script.play(WORDS, rounds=1, seed=SEED)


def test_every_match_is_won_by_play_or_drawn(results):
    assert len(results) == 9 * WORDS
    assert {result.reason for result in results} == {Reason.INFERRED, Reason.INDUCED, Reason.TIE}


@pytest.mark.parametrize("number", range(3))
def test_the_agents_differ_as_the_paper_says(script, results, number):
    claim = script.claims(results, SEED)[number]
    assert claim.holds, (claim.text, claim.difference)


def test_the_table_has_a_row_for_every_pairing(script, results):
    lines = script.table(results, SEED).splitlines()
    assert len(lines) == 2 + 9
    assert all(line.count("|") == 7 for line in lines)


@pytest.mark.parametrize("seat", ["attacker", "defender"])
def test_nobody_wins_or_loses_everything(script, results, seat):
    for name in script.ATTACKERS if seat == "attacker" else script.DEFENDERS:
        reasons = {one.reason for one in results if getattr(one, seat) == name}
        assert len(reasons) > 1, name

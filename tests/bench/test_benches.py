"""Every bench runs and reports what it says it does; how fast is not a test's business."""

import pytest

from arena.bench import core, replay, start, store, tournament, words
from arena.bench.measure import Measure, meets


@pytest.mark.slow
@pytest.mark.parametrize(
    ("run", "names"),
    [
        (lambda: core.run(0.05), ["turns, said-check included", "peak memory"]),
        (lambda: words.run(0.05), ["English utterances of 20 words", "Chinese utterances of 30 characters"]),
        (lambda: store.run(0.2), ["durable turns at 64 matches"]),
        (lambda: tournament.run(2), ["matches of built-in agents", "turns a match"]),
        (lambda: replay.run(20), ["reading and replaying 10,000 matches", "matches whose verdict stands"]),
        (start.run, ["taboo --help", "heavy libraries loaded by it"]),
    ],
    ids=["core", "words", "store", "tournament", "replay", "start"],
)
def test_a_bench_reports_its_figures_and_its_memory(run, names):
    measures = {it.name: it for it in run()}
    assert set(names) <= set(measures)
    assert all(it.value >= 0 for it in measures.values())
    assert all(measures[name].value > 0 for name in names if name != "heavy libraries loaded by it")


@pytest.mark.parametrize(
    ("value", "unit", "bar", "met"),
    [
        (10.0, "turns/s", 5.0, True),
        (4.0, "turns/s", 5.0, False),
        (10.0, "s", 5.0, False),
        (4.0, "s", 5.0, True),
        (4.0, "MiB", None, None),
        (None, "turns/s", 5.0, None),
    ],
)
def test_a_rate_must_reach_its_bar_and_a_time_stay_within_it(value, unit, bar, met):
    assert meets(Measure("it", value, unit, bar)) is met

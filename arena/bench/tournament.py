"""How many matches of the built-in agents are played, judged and durably logged in a second."""

import asyncio
import tempfile
import time
from pathlib import Path

from arena import registry
from arena.bench.measure import Measure, peak_memory
from arena.clock import timestamp
from arena.core.rules import preset
from arena.runner import Played, play_all
from arena.tournament import Dealer, fixtures, round_robin

AGENTS = ("direct", "hiding", "trigger", "honest", "detector", "evasive")
BAR = 50.0


def run(words: int = 40) -> list[Measure]:
    """Play a round robin by the `paper` rules with both judges, on SQLite with every event durable."""
    from arena.store import open_log
    from arena.words import WordMatcher
    from arena.words.lists import load_list

    rules = preset("paper")
    listed = load_list(rules.word_list).words
    pairings = round_robin([registry.agent(name) for name in AGENTS], rules)
    results: list[Played] = []
    with tempfile.TemporaryDirectory() as folder:
        log = open_log(str(Path(folder) / "bench.db"))
        try:
            planned = list(fixtures(pairings, Dealer(listed[:words], listed), words, rules, "bench", timestamp()))
            warm, timed = planned[: len(pairings)], planned[len(pairings) :]
            asyncio.run(play_all(warm, log, WordMatcher(), registry.judges_for, 8))
            wall, cpu = time.perf_counter(), time.process_time()
            asyncio.run(play_all(timed, log, WordMatcher(), registry.judges_for, 8, results.append))
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        finally:
            log.close()
    turns = sum(played.turns for played in results)
    return [
        Measure("matches of built-in agents", len(results) / wall, "matches/s", BAR),
        Measure("the same, by CPU time", len(results) / cpu, "matches/s"),
        Measure("turns a match", turns / len(results), "turns"),
        peak_memory(),
    ]

"""The bench of the log measures what it says."""

from arena.bench.store import run


def test_the_bench_counts_durable_turns_and_leaves_no_file(tmp_path):
    turns, cpu, memory = run(seconds=0.2, folder=str(tmp_path))
    assert (turns.unit, turns.bar) == ("turns/s", 3000.0)
    assert turns.value > 0
    assert cpu.value > 0
    assert memory.unit
    assert list(tmp_path.iterdir()) == []

"""The bench of the server runs: a real server, clients in other processes, and figures that agree with its log."""

import pytest

from arena.bench.server import Plan, gauges, players, run, search
from arena.bench.server.links import read_head
from arena.bench.server.stage import Load
from arena.core.errors import UnknownNameError

SMALL = Load(matches=8, spectators=3, rate=16.0, warm=0.5, seconds=2.0, seats=4)
PLAN = Plan(SMALL, SMALL, held_p99_ms=60_000, step=8.0, highest=16.0, sockets=40, rest_seconds=0.5)


@pytest.fixture(scope="module")
def figures():
    return {it.name: it for it in run(PLAN)}


@pytest.mark.slow
def test_every_action_of_a_paced_load_is_acknowledged_kept_and_shown_to_all_who_watch(figures):
    sent = round(SMALL.rate * SMALL.seconds)
    whole = round(SMALL.rate * (SMALL.warm + SMALL.seconds))
    assert figures["paced: actions due"].value == sent
    assert figures["paced: actions acknowledged"].value == sent
    assert figures["paced: in the log after SIGKILL"].value == whole
    assert figures["paced: shown to spectators"].value == 3 * whole
    assert figures["paced: connections of players"].value == 2 * SMALL.matches // SMALL.seats


@pytest.mark.slow
def test_latencies_are_ordered_and_the_servers_cost_is_seen(figures):
    median, p99, longest = (
        figures[f"paced: sent to acknowledged, {name}"].value for name in ("median", "p99", "longest")
    )
    assert 0 < median <= p99 <= longest
    assert figures["paced: due to acknowledged, p99"].value >= median
    assert figures["paced: sent to shown, p99"].value > 0
    assert figures["paced: server's CPU an action"].value > 0
    assert figures["paced: peak memory"].value > 10


@pytest.mark.slow
def test_the_search_for_the_ceiling_stops_where_it_was_told_to(figures):
    for name in ("ceiling", "ceiling unwatched"):
        assert figures[f"{name}: rate held"].value == PLAN.highest
        kept = figures[f"{name}: in the log after SIGKILL"]
        assert kept.value == kept.bar == round(16 * (SMALL.warm + SMALL.seconds))
    assert figures["ceiling unwatched: shown to spectators"].value == 0


@pytest.mark.slow
def test_idle_connections_stay_and_their_memory_is_counted(figures):
    assert figures["idle: connections"].value == 40
    assert figures["idle: still open after heartbeats"].value == 40
    assert figures["idle: memory with them"].value >= 10


@pytest.mark.slow
def test_a_profile_of_the_server_is_written_and_nothing_else_is_run(tmp_path):
    file = tmp_path / "server.prof"
    names = [it.name for it in run(PLAN, profile=file)]
    assert all(name.startswith("profiled: ") for name in names)
    assert file.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("ceiling", "tried"),
    [
        (3100, [2000, 4000, 3000, 3500, 3250]),
        (2000, [2000, 4000, 3000, 2500, 2250]),
        (900, [2000, 1000, 500, 750]),
        (100, [2000, 1000, 500, 250]),
        (99_000, [2000, 4000, 8000, 9000]),
    ],
)
def test_the_search_finds_the_highest_rate_that_holds_to_a_step(ceiling, tried):
    asked = []
    found = search(lambda rate: asked.append(rate) or rate <= ceiling, 2000, 250, 9100)
    assert asked == tried
    assert found == max((rate for rate in tried if rate <= ceiling), default=0.0)


def test_an_unknown_phase_is_refused_before_anything_starts():
    with pytest.raises(UnknownNameError, match="paced, ceiling, idle"):
        run(PLAN, phases=("pace",))


def test_more_open_files_than_the_machine_grants_are_refused_with_the_limit():
    with pytest.raises(gauges.BenchError, match="the hard limit of this machine is"):
        gauges.allow_files(1 << 40)


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 1.0), (0.01, 1.0), (0.5, 50.0), (0.99, 99.0), (0.991, 100.0), (1.0, 100.0)]
)
def test_a_quantile_is_the_least_value_that_so_many_do_not_exceed(share, value):
    assert gauges.quantile([float(it) for it in range(1, 101)], share) == value
    assert gauges.quantile([], share) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        b'{"type":"turn.request","match":"ab1","turn":7,"ts":1,"data":{}}',
        b'{"ts":1, "turn":7, "match":"ab1", "type":"turn.request", "data":{}}',
    ],
)
def test_the_head_of_a_message_is_read_whatever_the_order_of_its_fields(text):
    assert read_head(text) == ("turn.request", "ab1", 7)


def test_neighbouring_matches_do_not_share_a_connection_and_none_is_left_out():
    shares = players.shares([str(it) for it in range(10)], 4)
    assert shares == [["0", "3", "6", "9"], ["1", "4", "7"], ["2", "5", "8"]]

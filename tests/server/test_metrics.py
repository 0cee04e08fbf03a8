"""What Prometheus reads."""

from arena.server.metrics import Metrics


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_two_servers_in_one_program_measure_apart():
    one, other = Metrics(), Metrics()
    one.action(0.01)
    assert value(one, "taboo_action_seconds_count") == 1
    assert value(other, "taboo_action_seconds_count") == 0


def test_everything_that_is_told_is_shown():
    metrics = Metrics()
    metrics.action(0.02)
    metrics.append(0.003)
    metrics.error("not_found")
    metrics.error("not_found")
    metrics.set_connections(3)
    metrics.set_streams(4)
    metrics.set_live(5)
    metrics.set_queue(6)
    lines = metrics.text().decode().splitlines()
    for line in (
        'taboo_action_seconds_bucket{le="0.025"} 1.0',
        'taboo_log_append_seconds_bucket{le="0.005"} 1.0',
        'taboo_errors_total{code="not_found"} 2.0',
        "taboo_connections 3.0",
        "taboo_streams 4.0",
        "taboo_live_matches 5.0",
        "taboo_queue_length 6.0",
    ):
        assert line in lines
    assert metrics.log_lag == 0.003


def test_the_codes_of_errors_are_bounded():
    metrics = Metrics()
    for number in range(300):
        metrics.error(f"code{number}")
    codes = [line for line in metrics.text().decode().splitlines() if line.startswith("taboo_errors_total{")]
    assert len(codes) <= 201
    assert value(metrics, "taboo_errors_total", code="other") == 100

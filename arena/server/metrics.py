"""What a server measures of itself, for Prometheus. Names carry no player and no match: only counts and times."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_MAX_CODES = 200


class Metrics:
    """The measurements of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._action = Histogram(
            "taboo_action_seconds",
            "Time from an action's arrival to its durable acknowledgement.",
            registry=self.registry,
            buckets=_SECONDS,
        )
        self._append = Histogram(
            "taboo_log_append_seconds",
            "Time that the log takes to make events durable.",
            registry=self.registry,
            buckets=_SECONDS,
        )
        self._errors = Counter(
            "taboo_errors", "Refusals and failures by code.", labelnames=("code",), registry=self.registry
        )
        self._connections = Gauge("taboo_connections", "WebSocket connections.", registry=self.registry)
        self._streams = Gauge("taboo_streams", "Event streams of spectators.", registry=self.registry)
        self._codes: dict[str, Counter] = {}
        self._append_seconds = 0.0

    @property
    def log_lag(self) -> float:
        """Seconds that the latest append took."""
        return self._append_seconds

    def action(self, seconds: float) -> None:
        """An action was acknowledged so long after it came."""
        self._action.observe(seconds)

    def append(self, seconds: float) -> None:
        """The log took so long to make something durable."""
        self._append_seconds = seconds
        self._append.observe(seconds)

    def error(self, code: str) -> None:
        """Something was refused or failed, by its short name; names past a bound are counted as `other`."""
        counter = self._codes.get(code)
        if counter is None:
            code = code if len(self._codes) < _MAX_CODES else "other"
            counter = self._codes[code] = self._errors.labels(code)
        counter.inc()

    def set_connections(self, count: int) -> None:
        """So many sockets are open."""
        self._connections.set(count)

    def set_streams(self, count: int) -> None:
        """So many event streams are open."""
        self._streams.set(count)

    def look_at(self, name: str, help_: str, read: Callable[[], float]) -> None:
        """Have a number read whenever the metrics are, instead of being told each time that it changes."""
        self.registry.register(_Reading(name, help_, read))

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)


class _Reading(Collector):
    """One number that is read when it is asked for."""

    def __init__(self, name: str, help_: str, read: Callable[[], float]) -> None:
        self._name, self._help, self._read = name, help_, read

    def collect(self) -> list[GaugeMetricFamily]:
        """The number, now."""
        return [GaugeMetricFamily(self._name, self._help, value=self._read())]

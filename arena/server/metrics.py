"""What a server measures of itself, for Prometheus. Names carry no player and no match: only counts and times."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

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
        self._live = Gauge("taboo_live_matches", "Matches in play.", registry=self.registry)
        self._queue = Gauge("taboo_queue_length", "Wishes that wait for a match.", registry=self.registry)
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

    def set_live(self, count: int) -> None:
        """So many matches are in play."""
        self._live.set(count)

    def set_queue(self, count: int) -> None:
        """So many wait for a match."""
        self._queue.set(count)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)

"""Match time on a server: it runs only while somebody may use it, and what a journey cost can be given back."""

import time
from collections.abc import Callable


class SeatClock:
    """Integer milliseconds of match time, by a clock that never jumps."""

    def __init__(self, at: int = 0, read_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._at = at
        self._since: int | None = None
        self._read_ns = read_ns

    @property
    def runs(self) -> bool:
        """Whether match time passes."""
        return self._since is not None

    def now(self) -> int:
        """Milliseconds of match time passed."""
        return self._at if self._since is None else self._at + (self._read_ns() - self._since) // 1_000_000

    def run(self) -> None:
        """Let match time pass from where it stands; nothing where it passes already."""
        if self._since is None:
            self._since = self._read_ns()

    def stand(self, at: int | None = None) -> None:
        """Let match time stand still: at `at`, or where it is."""
        self._at = self.now() if at is None else at
        self._since = None

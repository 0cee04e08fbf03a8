"""When to connect again, and after how long: full jitter within a window that doubles.

Source: Marc Brooker, Exponential Backoff And Jitter (AWS Architecture Blog, 2015), "full jitter".
"""

from arena.wire.closing import CLOSES, Close, Meaning

BASE_MS = 500
CAP_MS = 10_000
"""The widest window: well within the time that a server keeps a seat for one who lost its connection."""

_PASSING = frozenset({1001, 1005, 1006, 1011, 1012, 1013, 1014})
"""Codes of WebSocket's own that speak of a connection or a server in trouble, not of anything the client did."""
_MOST_DOUBLINGS = 16


def backoff_ms(attempt: int, chance: float) -> int:
    """How long to wait before the attempt of this number, counted from 0; `chance` is drawn from [0, 1)."""
    window = min(CAP_MS, BASE_MS << min(attempt, _MOST_DOUBLINGS))
    return int(window * chance)


def meaning_of(code: int | None) -> Meaning:
    """What the end of a connection means. None is one that broke without a word."""
    if code is None:
        return Meaning("connection lost", True, "nothing to do: it is tried again")
    if code in Close.__members__.values():
        return CLOSES[Close(code)]
    if code in _PASSING:
        return Meaning(f"closed with code {code}", True, "nothing to do: it is tried again")
    return Meaning(f"closed with code {code}", False, "the code is unknown here: install the server's version")

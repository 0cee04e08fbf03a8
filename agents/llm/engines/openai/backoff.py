"""How long to wait before asking again. Without IO; clock and chance are arguments.

Source: full jitter as in "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015); Retry-After as in RFC 9110,
section 10.2.3. `retry-after-ms` is what some servers send beside it.
"""

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from math import isfinite
from random import Random

BASE_SECONDS = 0.5
MOST_SECONDS = 30.0


def jittered(retry: int, chance: Random) -> float:
    """Seconds before the retry, the first being 0: anything up to a bound that doubles each time."""
    return chance.uniform(0.0, min(MOST_SECONDS, BASE_SECONDS * 2.0 ** min(retry, 10)))


def asked_for(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that a server asks to wait, None where it does not say; `now` is the time since the epoch."""
    thousandths = _number(headers.get("retry-after-ms", ""))
    if thousandths is not None:
        return thousandths / 1000.0
    said = headers.get("retry-after", "").strip()
    seconds = _number(said)
    if seconds is not None or not said:
        return seconds
    try:
        when = parsedate_to_datetime(said)
        # A date without a zone is read as UTC, which is what HTTP dates are in.
        return max(0.0, (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None

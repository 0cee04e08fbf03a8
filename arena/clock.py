"""The one place that reads the wall clock."""

from datetime import UTC, datetime


def timestamp() -> str:
    """Now, as ISO 8601 in UTC to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251 - this is the one place

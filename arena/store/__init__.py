"""The durable log: every event of every match, in SQLite or PostgreSQL.

Start with `log` (`open_log`, and the `Log` port of `arena.core.ports` kept durably) and `tables` (what is stored).
`transcripts` takes matches out of one log and into another. Nothing in the game knows this package.
"""

from arena.store.log import StoreLog, open_log

__all__ = ["StoreLog", "open_log"]

"""The live matches of a server: each one machine, its clock, its seats, and whoever watches.

Start with `hall` (all of them: opened, found, suspended, resumed) and `match` (one of them). How a seat is reached is
`seats`; what spectators are shown is `watchers`; the host's own agents think in `studio`.
"""

from arena.server.hall.hall import Hall
from arena.server.hall.match import LiveMatch
from arena.server.hall.seats import Link
from arena.server.hall.watchers import Frame, Watcher

__all__ = ["Frame", "Hall", "Link", "LiveMatch", "Watcher"]

"""The parts of a running server, by name. Whoever handles a request finds them at `request.app.state.house`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

if TYPE_CHECKING:
    from arena.server.archive import Archive
    from arena.server.hall import Hall
    from arena.server.lobby import Lobby
    from arena.server.metrics import Metrics
    from arena.server.people import People
    from arena.server.settings import Settings
    from arena.server.sockets import Switchboard
    from arena.store import StoreLog


@dataclass
class House:
    """One server. `secret` signs what browsers carry."""

    settings: "Settings"
    secret: bytes
    log: "StoreLog"
    people: "People"
    hall: "Hall"
    lobby: "Lobby"
    archive: "Archive"
    switchboard: "Switchboard"
    metrics: "Metrics"


def house_of(request: HTTPConnection) -> House:
    """The house that serves this request."""
    house: House = request.app.state.house
    return house

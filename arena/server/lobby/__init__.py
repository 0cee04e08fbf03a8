"""Where players find each other: challenges, open seats, a queue, rematches, and the agents that are online.

Start with `lobby` (everything that may be asked) and `making` (how a match comes about). Who meets whom is `queue`, a
pure function that `matchmaking` puts to work; which word they play for, so that memory gains nothing, is `dealing`.
"""

from arena.server.lobby.agents import AgentRow
from arena.server.lobby.lobby import Lobby
from arena.server.lobby.making import DeclinedError
from arena.server.lobby.opening import Opener
from arena.server.lobby.seats import OpenSeat
from arena.server.lobby.terms import Terms
from arena.server.lobby.waiting import Seeking
from arena.server.lobby.workers import Offer, Worker

__all__ = ["AgentRow", "DeclinedError", "Lobby", "Offer", "OpenSeat", "Opener", "Seeking", "Terms", "Worker"]

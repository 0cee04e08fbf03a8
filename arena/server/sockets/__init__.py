"""The WebSocket side of a server: every connection speaks `taboo.v1+json` (see `arena.wire`).

Start with `switchboard` (all connections, their heartbeats and bounds) and `connection` (one of them).
"""

from arena.server.sockets.switchboard import Switchboard

__all__ = ["Switchboard"]

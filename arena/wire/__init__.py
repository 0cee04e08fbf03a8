"""What travels between a server and whoever holds a seat: the protocol `taboo.v1+json`.

Start with `messages`, where every message of the protocol is a model, and `values`, how views and actions are written.
`closing` is the one table of close codes. `client` and `schema` build on them. Nothing here does IO.
"""

from arena.wire.values import (
    MAX_MESSAGE,
    TURN_ACTION,
    TURN_REQUEST,
    TURN_RESIGN,
    WireError,
    action_from_json,
    action_to_json,
    answer,
    answer_from_json,
    from_line,
    read_answer,
    read_request,
    request,
    to_line,
    view_from_json,
    view_to_json,
)

SUBPROTOCOL = "taboo.v1+json"
"""What a client asks for in `Sec-WebSocket-Protocol`."""
PATH = "/api/v1/socket"
"""Where a server listens for it."""

__all__ = [
    "MAX_MESSAGE",
    "PATH",
    "SUBPROTOCOL",
    "TURN_ACTION",
    "TURN_REQUEST",
    "TURN_RESIGN",
    "WireError",
    "action_from_json",
    "action_to_json",
    "answer",
    "answer_from_json",
    "from_line",
    "read_answer",
    "read_request",
    "request",
    "to_line",
    "view_from_json",
    "view_to_json",
]

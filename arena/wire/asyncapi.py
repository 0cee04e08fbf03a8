"""The protocol as an AsyncAPI 3.0 document: the channel, who may say what, what answers what, and the close codes.

`docs/protocol/asyncapi.json` is what `asyncapi` returns, and a test compares them.
"""

import re
from typing import Any

from pydantic import BaseModel

from arena.wire import PATH, SUBPROTOCOL, messages
from arena.wire.closing import CLOSES
from arena.wire.schema import Schema, client_messages, definitions, server_messages, type_of

VERSION = "1.0.0"
"""The version of the protocol, as AsyncAPI wants one; its major part is the subprotocol's."""
ANSWERS: dict[type[messages.ClientMessage], tuple[type[messages.ServerMessage], ...]] = {
    messages.Identify: (messages.Ready, messages.Error),
    messages.Resume: (
        messages.MatchEvent,
        messages.Resumed,
        messages.ResumeFailed,
        messages.Snapshot,
        messages.TurnRequest,
        messages.MatchEnd,
    ),
    messages.Ping: (messages.ServerPong,),
    messages.Pong: (),
    messages.QueueJoin: (messages.QueueJoined, messages.MatchOffer, messages.Error),
    messages.QueueLeave: (messages.QueueLeft,),
    messages.MatchAccept: (messages.MatchStart, messages.Error),
    messages.MatchDecline: (messages.Error,),
    messages.TurnAction: (messages.TurnAck, messages.Error),
    messages.TurnResign: (messages.MatchEvent, messages.MatchEnd, messages.Error),
}
"""What a server may say to each message of a client. Any of them may end the connection instead, by a close code."""


def asyncapi() -> Schema:
    """The document, told from the server's side: it `receive`s what a client sends."""
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/json",
        "servers": {"local": _server()},
        "channels": {"socket": _channel()},
        "operations": _operations(),
        "components": {
            "messages": {_name(it): _message(it) for it in (*client_messages(), *server_messages())},
            "schemas": {name: _moved(shape) for name, shape in definitions().items()},
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": (
                        "An API token with the scope `play`, in the header `Authorization: Bearer TOKEN` of the "
                        "handshake; never in the URL. A browser, which cannot set the header, sends a ticket in "
                        "`identify` instead."
                    ),
                }
            },
        },
    }


def _info() -> Schema:
    return {
        "title": "Taboo Arena: the protocol of remote seats",
        "version": VERSION,
        "description": (
            "One WebSocket holds any number of seats in live matches. docs/protocol.md tells the whole story: the life "
            "of a connection, sequence numbers, acknowledgements, clocks, and when to come back."
        ),
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    }


def _server() -> Schema:
    return {
        "host": "127.0.0.1:8000",
        "protocol": "ws",
        "description": "What `taboo serve` opens; `wss` behind TLS.",
        "security": [{"$ref": "#/components/securitySchemes/bearer"}],
    }


def _channel() -> Schema:
    everything = (*client_messages(), *server_messages())
    headers = {
        "type": "object",
        "properties": {"Sec-WebSocket-Protocol": {"type": "string", "const": SUBPROTOCOL}},
        "required": ["Sec-WebSocket-Protocol"],
    }
    return {
        "address": PATH,
        "title": SUBPROTOCOL,
        "description": "Text frames, each one JSON object. The server speaks first.",
        "messages": {_name(it): {"$ref": f"#/components/messages/{_name(it)}"} for it in everything},
        "bindings": {"ws": {"method": "GET", "headers": headers, "bindingVersion": "0.1.0"}},
        "x-close-codes": [
            {"code": int(code), "reason": it.reason, "comesBack": it.comes_back, "remedy": it.remedy}
            for code, it in CLOSES.items()
        ],
    }


def _operations() -> Schema:
    """One for each message that a client sends, with what answers it, and one for each that comes unasked."""
    found: Schema = {}
    for message in client_messages():
        operation = _operation("receive", message)
        if ANSWERS[message]:
            operation["reply"] = {"channel": _CHANNEL, "messages": [_on_channel(it) for it in ANSWERS[message]]}
        found[f"receive{_camel(message)}"] = operation
    for told in server_messages():
        found[f"send{_camel(told)}"] = _operation("send", told)
    return found


_CHANNEL = {"$ref": "#/channels/socket"}


def _operation(action: str, message: type[BaseModel]) -> Schema:
    return {
        "action": action,
        "channel": _CHANNEL,
        "summary": _summary(message),
        "messages": [_on_channel(message)],
    }


def _on_channel(message: type[BaseModel]) -> Schema:
    return {"$ref": f"#/channels/socket/messages/{_name(message)}"}


def _message(message: type[BaseModel]) -> Schema:
    return {
        "name": type_of(message),
        "title": type_of(message),
        "summary": _summary(message),
        "payload": {"$ref": f"#/components/schemas/{message.__name__}"},
    }


def _summary(message: type[BaseModel]) -> str:
    return " ".join((message.__doc__ or "").split())


def _name(message: type[BaseModel]) -> str:
    """A name that tells the two sides' `ping` apart."""
    return f"{'client' if issubclass(message, messages.ClientMessage) else 'server'}{_camel(message)}"


def _camel(message: type[BaseModel]) -> str:
    return "".join(part.capitalize() for part in re.split(r"[._]", type_of(message)))


def _moved(shape: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """The shape with its references to where AsyncAPI keeps schemas."""
    if isinstance(shape, dict):
        return {key: _moved(value) for key, value in shape.items()}
    if isinstance(shape, list):
        return [_moved(value) for value in shape]
    return shape.replace("#/$defs/", "#/components/schemas/") if isinstance(shape, str) else shape

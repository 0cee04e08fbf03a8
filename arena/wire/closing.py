"""The one table of close codes: why a server ends a connection, and whether a client should come back."""

from dataclasses import dataclass
from enum import IntEnum


class Close(IntEnum):
    """Close codes of the protocol. Those below 4000 are WebSocket's own."""

    DONE = 1000
    BAD_DATA = 1003
    TOO_BIG = 1009
    RESTARTING = 1012
    BAD_MESSAGE = 4000
    UNAUTHORIZED = 4001
    IDENTIFY_TIMEOUT = 4002
    FORBIDDEN = 4003
    OUT_OF_ORDER = 4004
    FLOOD = 4005
    TOO_MANY = 4006
    SILENT = 4008
    REPLACED = 4009
    TOO_SLOW = 4010
    BANNED = 4011


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a close code says. `comes_back` tells whether a client should connect again by itself."""

    reason: str
    comes_back: bool
    remedy: str


CLOSES: dict[Close, Meaning] = {
    Close.DONE: Meaning("done", False, "nothing is wrong: one side said goodbye"),
    Close.BAD_DATA: Meaning("binary", False, "send text frames: every message is one JSON object"),
    Close.TOO_BIG: Meaning("too big", False, "keep each message below the size that `hello` names"),
    Close.RESTARTING: Meaning("restarting", True, "connect again: the matches go on where they stood"),
    Close.BAD_MESSAGE: Meaning("bad message", False, "send JSON that fits the published schema"),
    Close.UNAUTHORIZED: Meaning("unauthorized", False, "use a valid token or a fresh ticket"),
    Close.IDENTIFY_TIMEOUT: Meaning("identify timeout", True, "send `identify` within ten seconds"),
    Close.FORBIDDEN: Meaning("forbidden", False, "use a token with the scope `play`, and agree to the terms first"),
    Close.OUT_OF_ORDER: Meaning("out of order", False, "send `identify` first, and only once"),
    Close.FLOOD: Meaning("flood", True, "send fewer messages a second"),
    Close.TOO_MANY: Meaning("too many connections", False, "close another connection of the account first"),
    Close.SILENT: Meaning("silent", True, "answer every `ping` with a `pong`"),
    Close.REPLACED: Meaning("replaced", False, "a newer connection holds these seats; run each instance once"),
    Close.TOO_SLOW: Meaning("too slow", True, "read faster: the server keeps a bounded backlog only"),
    Close.BANNED: Meaning("banned", False, "the account may not play here"),
}

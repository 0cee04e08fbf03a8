"""What a server prints about itself: one line an event, and never a token, an utterance, a word or a password.

Modules name facts with `structlog.get_logger("hall").warning("agent_crashed", match=...)`. Whatever key could hold a
secret is blotted out here, whoever wrote it, and so is anything that looks like a key in any text.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from arena.server.settings import Settings
from arena.terminal import plain

BLOT = "[redacted]"
SECRET_KEYS = frozenset(
    {
        "action",
        "authorization",
        "body",
        "cookie",
        "csrf",
        "data",
        "events",
        "form",
        "found",
        "guess",
        "headers",
        "history",
        "hits",
        "input",
        "line",
        "master",
        "password",
        "secret",
        "seed",
        "session",
        "set-cookie",
        "target",
        "text",
        "ticket",
        "token",
        "utterance",
        "view",
        "word",
        "words",
    }
)
"""Keys whose values are never printed, however deep they lie."""
_PARTS = ("password", "secret", "token", "cookie", "target", "utterance")
_KEYS = re.compile(r"taboo_[0-9A-Za-z]{16,}|(?i:bearer)\s+\S+|(?i:(?:ticket|token|session|csrf)=)[^\s&;]+")
_DEEPEST = 6


def redact(_: WrappedLogger, __: str, row: EventDict) -> EventDict:
    """A structlog processor that blots out whatever must not be printed."""
    return {key: _clean(key, value, 0) for key, value in row.items()}


def _clean(key: str, value: Any, depth: int) -> Any:  # noqa: ANN401 - any value
    if key == "exception":  # a trace names lines of ours; its last line may quote anything
        return _clean_trace(str(value))
    if is_secret(key):
        return BLOT
    if isinstance(value, str):
        return plain(_KEYS.sub(BLOT, value))
    if isinstance(value, bytes | bytearray | memoryview):
        return BLOT
    if depth >= _DEEPEST:
        return BLOT
    if isinstance(value, Mapping):
        return {str(name): _clean(str(name), it, depth + 1) for name, it in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", it, depth + 1) for it in value]
    return value if value is None or isinstance(value, bool | int | float) else _KEYS.sub(BLOT, str(value))


def is_secret(key: str) -> bool:
    """Whether a value of this name is never printed."""
    name = key.lower().replace("-", "_")
    return key.lower() in SECRET_KEYS or name in SECRET_KEYS or any(part in name for part in _PARTS)


_FAILURE = re.compile(r"^(?P<kind>[A-Za-z_][\w.]*)(?::.*)?$")
_FRAME = re.compile(r"^  File \"|^Traceback \(most |^During handling of the above |^The above exception was ")


def _clean_trace(trace: str) -> str:
    """The frames of a trace and the kinds of its exceptions, without their sentences and without the code's text."""
    kept, is_told = [], False
    for line in trace.splitlines():
        if _FRAME.match(line):
            kept.append(line)
            is_told = False
        elif not is_told and not line.startswith(" ") and (found := _FAILURE.match(line)) is not None:
            kept.append(found["kind"])
            is_told = True  # what follows is more of its sentence
    return "\n".join(kept)


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Print diagnostics as the settings say: ours, and those of the libraries that use `logging`."""
    out = sys.stderr if stream is None else stream
    shared = _processors()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    last: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redact,
        renderer,
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in ("uvicorn", "uvicorn.error", "alembic"):  # they tell how they are built, not how they are
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    # A line for each request would name whoever watches whom; refusals are counted by `metrics`.
    logging.getLogger("uvicorn.access").disabled = True


def _processors() -> list[Processor]:
    return [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]

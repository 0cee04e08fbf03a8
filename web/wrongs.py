"""Refusals in the visitor's words, beside the field at fault, with the server's own sentence where it says more."""

from dataclasses import dataclass

from arena.core.errors import TabooError
from arena.core.hits import Language
from arena.server.errors import InputError
from arena.server.problems import Told, told_of
from web.i18n import Words

_SPEAKING = frozenset({"input refused", "conflict", "forbidden", "rules refused", "unknown name", "full"})
"""The titles whose sentence is different each time."""


@dataclass(frozen=True)
class Wrong:
    """What is wrong. `field` is "" for the form as a whole; `detail` is the server's sentence, which is English."""

    status: int
    field: str
    text: str
    detail: str | None = None


def wrong_of(error: TabooError, tell: Words, *, fields: tuple[str, ...] = ()) -> Wrong:
    """What to say of a refusal on a form that has these fields. Raises the error again where it is our fault."""
    told = told_of(error)
    if told.status >= 500 and told.status != 503:
        raise error
    field = told.field if told.field in fields else ""
    if told.title == "name taken" and "name" in fields:
        field = "name"
    if isinstance(error, InputError) and f"wrong.{error.field}" in tell:
        detail = None if tell.language is Language.ENGLISH else error.problem
        return Wrong(told.status, field or "", tell(f"wrong.{error.field}", problem=error.problem), detail)
    return Wrong(told.status, field or "", text_of(told, tell), detail_of(told, tell))


def text_of(told: Told, tell: Words) -> str:
    """What happened, in a sentence."""
    key = f"problem.{told.title.replace(' ', '_')}"
    return tell(key if key in tell else "problem.other", seconds=told.retry_after or 0)


def detail_of(told: Told, tell: Words) -> str | None:
    """The server's sentence, where the text does not say all of it."""
    key = f"problem.{told.title.replace(' ', '_')}"
    return told.detail if told.title in _SPEAKING or key not in tell else None

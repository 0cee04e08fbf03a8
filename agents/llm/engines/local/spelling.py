"""The text of an answer while it grows: whole characters only, and nothing that may still become a stop text."""

from collections.abc import Callable, Sequence

from agents.llm.engines.local.tokens import Tokens

UNFINISHED = "\ufffd"
"""What the bytes of a character are spelled as while some of them are still missing."""


class Spelling:
    """Spells the tokens that come after a prompt, and looks for stop texts. `show` is given each piece that is sure."""

    def __init__(
        self, tokens: Tokens, prompt: Sequence[int], stop: Sequence[str], show: Callable[[str], None] | None
    ) -> None:
        self._tokens = tokens
        self._show = show
        self._stop = tuple(text for text in stop if text)
        self._before = tuple(prompt)
        self._fresh: list[int] = []
        self._shown: list[str] = []
        self._held = ""
        self._is_stopped = False

    def take(self, token: int) -> bool:
        """Spell one more token; True where the text has come to a stop text."""
        self._fresh.append(token)
        piece = self._tokens.spelled(self._before, self._fresh)
        if not piece or piece.endswith(UNFINISHED):
            return False
        self._before, self._fresh = tuple(self._fresh), []
        return self._add(piece)

    def finished(self) -> tuple[str, bool]:
        """The whole text, and whether a stop text ended it. Nothing is held back any more."""
        if not self._is_stopped and self._fresh:
            piece = self._tokens.spelled(self._before, self._fresh)
            self._fresh = []
            self._add(piece)
        self._give(self._held)
        self._held = ""
        return "".join(self._shown), self._is_stopped

    def _add(self, piece: str) -> bool:
        self._held += piece
        places = [place for stop in self._stop if (place := self._held.find(stop)) >= 0]
        if places:
            self._held = self._held[: min(places)]
            self._is_stopped = True
            return True
        sure = len(self._held) - max((_overlap(self._held, stop) for stop in self._stop), default=0)
        self._give(self._held[:sure])
        self._held = self._held[sure:]
        return False

    def _give(self, piece: str) -> None:
        if piece:
            self._shown.append(piece)
            if self._show is not None:
                self._show(piece)


def respelled(tokens: Tokens, prompt: Sequence[int], ids: Sequence[int]) -> str:
    """The text that a `Spelling` would give of these tokens, sooner where all of them make whole characters.

    Bytes that make none are spelled otherwise all at once than one by one, and the text must not depend on whether
    somebody watched.
    """
    text = tokens.spelled(prompt, ids)
    if UNFINISHED not in text:
        return text
    spelling = Spelling(tokens, prompt, (), None)
    for token in ids:
        spelling.take(token)
    return spelling.finished()[0]


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of the text are the beginning of the stop text, and not all of it."""
    return next((size for size in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:size])), 0)

"""Stop texts, found in text that comes in pieces."""

from collections.abc import Sequence


class Cutter:
    """Lets text through up to the first stop text. What may be the beginning of one is held back until it is known."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.has_ended = False

    def let_through(self, piece: str) -> str:
        """As much of what came so far as is certain to be part of the answer."""
        if self.has_ended:
            return ""
        text = self._held + piece
        places = [place for stop in self._stops if (place := text.find(stop)) >= 0]
        if places:
            self.has_ended, self._held = True, ""
            return text[: min(places)]
        sure = len(text) - max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[sure:]
        return text[:sure]

    def rest(self) -> str:
        """What was held back, once no more text comes."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of the text are the beginning of the stop text."""
    most = min(len(stop) - 1, len(text))
    return next((length for length in range(most, 0, -1) if text.endswith(stop[:length])), 0)

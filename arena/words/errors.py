"""What cannot be a target word."""

from dataclasses import dataclass

from arena.core.errors import TabooError


@dataclass(eq=False)
class TargetError(TabooError):
    """A target that nobody could be told to have said."""

    word: str
    reason: str

    def __str__(self) -> str:
        return f"target {self.word!r} cannot be played: {self.reason}"

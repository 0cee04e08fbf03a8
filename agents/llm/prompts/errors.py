"""What can be wrong with a prompt file, with the place and the remedy."""

from dataclasses import dataclass

from arena.core.errors import TabooError


@dataclass(eq=False)
class PromptError(TabooError):
    """Prompts that cannot be used. `source` is the file or the style, `line` counts from 1, None is the whole of it.

    `near` are names that were perhaps meant, `known` all that could have stood there.
    """

    source: str
    problem: str
    line: int | None = None
    near: tuple[str, ...] = ()
    known: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = self.source if self.line is None else f"{self.source}, line {self.line}"
        hint = f"; did you mean {' or '.join(self.near)}?" if self.near else ""
        names = f"; known here: {', '.join(self.known)}" if self.known else ""
        return f"prompts {where}: {self.problem}{hint}{names}"

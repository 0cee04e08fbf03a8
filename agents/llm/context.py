"""Makes a prompt fit a model's context: the rules stay, the middle of the conversation goes, a mark says how much."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.llm.errors import ContextError
from agents.llm.prompts import Prompts
from agents.llm.prompts.cuts import cuts
from arena.core.generation import Prompt
from arena.core.ports import AnyView

if TYPE_CHECKING:
    from agents.llm.tools import ToolCard


@dataclass(frozen=True, slots=True)
class Fitted:
    """A prompt that fits. `left_out` is how many turns are not shown in full, `tokens` what the prompt counts."""

    messages: Prompt
    left_out: int
    tokens: int


def fit(
    prompts: Prompts,
    view: AnyView,
    count: Callable[[Prompt], int],
    room: int,
    tools: "Sequence[ToolCard]" = (),
    *,
    model: str = "?",
) -> Fitted:
    """The longest prompt of at most `room` tokens. The first exchange goes last, the opponent's latest never.

    A conversation of n turns is counted about log2(n) times. Raises ContextError, which names the `model`, where not
    even the rules and the opponent's latest words fit, PromptError as rendering does.
    """

    def shown(index: int) -> Fitted:
        prompt = prompts.render(view, tools, ways[index])
        return Fitted(prompt, ways[index].left_out, count(prompt))

    ways = cuts(view.history)
    whole = shown(0)
    if whole.tokens <= room:
        return whole
    best = shown(len(ways) - 1) if len(ways) > 1 else whole
    if best.tokens > room:
        raise ContextError(model, _problem(best.tokens, room, bool(view.history)), REMEDY)
    low, high = 1, len(ways) - 1
    while low < high:
        middle = (low + high) // 2
        tried = shown(middle)
        if tried.tokens <= room:
            best, high = tried, middle
        else:
            low = middle + 1
    return best


REMEDY = "choose prompt=compact, a model with a longer context, or a shorter answer (tokens=N)"
"""What to do about a prompt that does not fit."""


def _problem(tokens: int, room: int, has_history: bool) -> str:
    what = "the rules and the opponent's last words" if has_history else "the rules alone"
    return f"{what} are {tokens} tokens, and there is room for {max(room, 0)}"

"""Fills the slots: from a view, from an action of its history, from the tools. Other people's words are folded here."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from agents.llm.prompts.quoting import folded, quoted
from agents.llm.prompts.slots import AttackerSlots, DefenderSlots, SaidSlots, ToolSlots, values
from agents.llm.prompts.templates import Template
from agents.llm.prompts.wording import FULL, SHORT, Wording
from arena.core.actions import Said
from arena.core.ports import AnyView
from arena.core.views import AttackerView

if TYPE_CHECKING:
    from agents.llm.tools import ToolCard


def match_slots(view: AnyView, words: Wording, tools: str) -> DefenderSlots | AttackerSlots:
    """What fills the templates of a view."""
    rules, role = words.slots(view.rules), view.role
    shared: dict[str, Any] = {
        **asdict(rules),
        "you": words.names[role],
        "opponent": words.names[role.other],
        "rules": words.told(role, FULL, rules),
        "rules_short": words.told(role, SHORT, rules),
        "turn": view.turn,
        "turns_left": view.turns_left,
        "guesses_left": view.guesses_left,
        "refusals": view.refusals,
        "tools": tools,
    }
    if isinstance(view, AttackerView):
        return AttackerSlots(**shared, target=folded(view.target))
    return DefenderSlots(**shared)


def said_slots(said: Said, own: Said | None, words: Wording) -> SaidSlots:
    """What fills the templates of one action; `own` is one's own action just before it."""
    is_redacted = said.text is None
    return SaidSlots(
        said_turn=said.turn,
        text=words.redacted if said.text is None else folded(said.text),
        quoted=words.redacted if said.text is None else quoted(said.text),
        guess=quoted(said.guess) if said.guess is not None else "",
        warned=said.warned,
        redacted=is_redacted,
        your_guess=quoted(own.guess) if own is not None and own.guess is not None else "",
        you_warned=own is not None and own.warned,
    )


def tool_list(template: Template | None, tools: "Sequence[ToolCard]") -> str:
    """One line for each tool; empty where the style shows none."""
    if template is None:
        return ""
    lines = []
    for card in tools:
        arguments = ", ".join(f"{quoted(name)}: {quoted(about)}" for name, about in card.arguments.items())
        lines.append(template.render(values(ToolSlots(folded(card.name), folded(card.summary), arguments))))
    return "\n".join(lines)

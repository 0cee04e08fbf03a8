"""What an agent's model may look up while it thinks. A tool sees its player's own view, and nothing else.

A model asks for a tool by answering with `{"tool": NAME, ...its arguments}` where its action is expected; what the tool
says is told to it, and it is asked again. Calls are counted over the whole match.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agents.llm.errors import ToolError
from arena.core.ports import AnyView
from arena.core.verdict import Role
from arena.core.views import AttackerView, DefenderView

MOST_ASSOCIATIONS = 12
MOST_CANDIDATES = 10
MOST_BRACES = 8
"""How many places of an answer are tried where a call may begin."""


@dataclass(frozen=True, slots=True)
class ToolCard:
    """What a model is told of a tool: its name, what it does, and each argument with a few words about it."""

    name: str
    summary: str
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool with who may use it. `call` is given the player's view and the arguments, and answers in words."""

    card: ToolCard
    roles: frozenset[Role]
    call: Callable[[AnyView, Mapping[str, str]], str]


def related(view: AnyView, arguments: Mapping[str, str]) -> str:
    """What a word brings to mind in the concept graph, with how each is related to it."""
    from agents.thoughts import thoughts
    from arena.words.fold import fold
    from arena.words.graph import graph

    word, language = arguments["word"], view.rules.language
    base = graph(language).base(fold(word).text.strip())
    edges = () if base is None else thoughts(base, language)[:MOST_ASSOCIATIONS]
    if not edges:
        return f"nothing is known about {word!r}"
    return f"{base}: " + ", ".join(f"{edge.word} ({edge.relation})" for edge in edges)


def candidates(view: AnyView, _: Mapping[str, str]) -> str:
    """The words of the match's public list that fit best what the attacker has said so far, likeliest first."""
    from agents.suspicion import suspect

    suspicion = suspect(as_defender(view))
    likeliest = suspicion.ranked[:MOST_CANDIDATES]
    return ", ".join(f"{word} ({100 * share:.0f} %)" for word, share in likeliest)


def exposure(view: AnyView, _: Mapping[str, str]) -> str:
    """How near a listener may be to the target after what the attacker has said: its place among the candidates."""
    from agents.suspicion import suspect

    ranked = [word for word, _ in suspect(as_defender(view)).ranked]
    target = view.target if isinstance(view, AttackerView) else ""
    place = ranked.index(target) + 1 if target in ranked else None
    return f"a listener would not think of it yet (not among {len(ranked)})" if place is None else f"place {place}"


def as_defender(view: AnyView) -> DefenderView:
    """What the other side of an attacker could know at most: the view without the target."""
    if isinstance(view, DefenderView):
        return view
    return DefenderView(view.rules, view.turn, view.history, view.guesses_left, view.ms_left, view.seed, view.refusals)


_BOTH, _ATTACKER, _DEFENDER = frozenset(Role), frozenset({Role.ATTACKER}), frozenset({Role.DEFENDER})

TOOLS: Mapping[str, Tool] = {
    tool.card.name: tool
    for tool in (
        Tool(ToolCard("related", "words that a word brings to mind", {"word": "any word"}), _BOTH, related),
        Tool(ToolCard("candidates", "which words of the public list the target could be"), _DEFENDER, candidates),
        Tool(ToolCard("exposure", "how near a listener may be to the target by now"), _ATTACKER, exposure),
    )
}


def chosen(names: Sequence[str], role: Role) -> tuple[Tool, ...]:
    """The named tools that a role may use, `all` for every one. Raises ToolError for a name that is none."""
    wanted = tuple(TOOLS) if "all" in names else tuple(names)
    for name in wanted:
        if name not in TOOLS:
            raise ToolError(name, "there is no such tool; known: " + ", ".join(TOOLS))
    return tuple(TOOLS[name] for name in wanted if role in TOOLS[name].roles)


def wished(text: str) -> tuple[str, Mapping[str, object]] | None:
    """The tool that an answer asks for and its arguments: a JSON object with `tool`, whatever stands around it."""
    decoder = json.JSONDecoder()
    start = -1
    for _ in range(MOST_BRACES):
        start = text.find("{", start + 1)
        if start < 0:
            return None
        try:
            row, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        name = row.get("tool") if isinstance(row, dict) else None
        if isinstance(name, str):
            return name, {argument: value for argument, value in row.items() if argument != "tool"}
    return None


def call(tools: Sequence[Tool], name: str, arguments: Mapping[str, object], view: AnyView) -> str:
    """What a tool says. Raises ToolError, whose sentence can be told to the model."""
    tool = next((tool for tool in tools if tool.card.name == name), None)
    if tool is None:
        raise ToolError(name, "there is no such tool; you have " + (", ".join(it.card.name for it in tools) or "none"))
    given = {}
    for argument, about in tool.card.arguments.items():
        value = arguments.get(argument)
        if not isinstance(value, str) or not value.strip() or len(value) > 100:
            raise ToolError(name, f"it needs {argument!r}: {about}, of at most 100 characters")
        given[argument] = value.strip()
    return tool.call(view, given)

"""What a model is asked: a seat's view, written out in a style.

The only way in is a view, so a defender's prompt is made from a value that has no target.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agents.llm.prompts.cuts import WHOLE, Cut
from agents.llm.prompts.errors import PromptError
from agents.llm.prompts.filling import match_slots, said_slots, tool_list
from agents.llm.prompts.fingerprints import text_hash
from agents.llm.prompts.parts import (
    ANSWERING,
    ASK,
    EXAMPLES,
    GAP,
    HEARD,
    OPENING,
    OWN,
    REPAIR,
    SECRET,
    SYSTEM,
    TOLD,
    TOOL,
)
from agents.llm.prompts.quoting import folded, quoted
from agents.llm.prompts.slots import (
    AttackerSlots,
    DefenderSlots,
    GapSlots,
    ProblemSlots,
    ToldSlots,
    values,
)
from agents.llm.prompts.style import AnswerForm, Layout, Style
from agents.llm.prompts.templates import Template
from agents.llm.prompts.wording import wording
from arena.core.actions import Said
from arena.core.generation import Message, Prompt, Speaker
from arena.core.hits import Language
from arena.core.ports import AnyView
from arena.core.verdict import Role

if TYPE_CHECKING:
    from agents.llm.tools import ToolCard

_NOTHING = "..."
"""Stands for an answer without any text."""

Line = tuple[Speaker, str]


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts of one style, for both roles and every language that it has."""

    style: Style

    @property
    def name(self) -> str:
        """The style's name."""
        return self.style.name

    @property
    def version(self) -> str:
        """The style's version, as its author counts."""
        return self.style.version

    def hash(self, role: Role, language: Language) -> str:
        """16 hex digits over everything that can enter the text: templates, slots, rules in words, settings, code."""
        return text_hash(self.style, role, language)

    def render(self, view: AnyView, tools: "Sequence[ToolCard]" = (), cut: Cut = WHOLE) -> Prompt:
        """The prompt for a view: messages, or one text where the style is a text to be continued.

        A system message comes first, then the opponent and oneself by turns. Raises PromptError where the style has no
        texts for the role and language, or tools are given that it does not show.
        """
        page = self._page(view, tools)
        lines = list(self._lines(page, view, cut))
        head = page.joined(SYSTEM, EXAMPLES, ANSWERING, SECRET)
        if self.style.layout is Layout.TEXT:
            return f"{head}\n\n" + "\n".join(text for _, text in lines if text)
        return (Message(Speaker.SYSTEM, head), *_merged(lines))

    def schema(self, role: Role, tools: "Sequence[ToolCard]" = ()) -> Mapping[str, Any] | None:
        """The JSON Schema of an answer; None where an answer is not one action in JSON: text, thoughts, tool calls."""
        if self.style.answer is AnswerForm.TEXT or self.style.thinks or tools:
            return None
        properties: dict[str, Any] = {"say": {"type": "string"}}
        if role is Role.DEFENDER:
            properties["guess"] = {"type": ["string", "null"]}
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    def cues(self, role: Role, language: Language) -> tuple[str, ...]:
        """The texts at which an answer ends, none where the model's own end is enough."""
        self._templates(role, language)
        return self.style.stop

    def repair(self, view: AnyView, problem: str) -> Message:
        """What a model is told once when its answer was of no use."""
        return Message(Speaker.USER, self._page(view).text(REPAIR, ProblemSlots(folded(problem))))

    def again(self, prompt: Prompt, answer: str, view: AnyView, problem: str) -> Prompt:
        """The prompt for another try after an answer that was of no use."""
        return self._continued(prompt, answer, view, self.repair(view, problem).text)

    def told(self, prompt: Prompt, answer: str, view: AnyView, tool: str, result: str) -> Prompt:
        """The prompt after a tool has answered. Raises PromptError where the style has no tools."""
        page = self._page(view)
        page.require_tools()
        return self._continued(prompt, answer, view, page.text(TOLD, ToldSlots(folded(tool), quoted(result))))

    def _continued(self, prompt: Prompt, answer: str, view: AnyView, remark: str) -> Prompt:
        shown = folded(answer) or _NOTHING
        if isinstance(prompt, str):
            return "\n".join(filter(None, (f"{prompt} {shown}", remark, self._page(view).text(ASK))))
        return (*prompt, Message(Speaker.ASSISTANT, shown), Message(Speaker.USER, remark))

    def _templates(self, role: Role, language: Language) -> Mapping[str, Template]:
        try:
            return self.style.templates[language, role]
        except KeyError:
            there = ", ".join(f"[{has}.{seat}]" for has, seat in sorted(self.style.templates))
            raise PromptError(
                self.style.source, f"there is no [{language}.{role}] for the {role} in {language!r}; it has {there}"
            ) from None

    def _page(self, view: AnyView, tools: "Sequence[ToolCard]" = ()) -> "_Page":
        language = view.rules.language
        templates = self._templates(view.role, language)
        listed = tool_list(templates.get(TOOL), tools)
        page = _Page(self.style.source, templates, match_slots(view, wording(language), listed))
        if tools:
            page.require_tools()
        return page

    def _lines(self, page: "_Page", view: AnyView, cut: Cut) -> Iterator[Line]:
        """What stands below the head, each with its speaker; what is empty is left out by whoever joins it."""
        history = view.history
        if view.role is Role.ATTACKER and (cut.head or not cut.tail):
            yield Speaker.USER, page.text(OPENING)
        for index, said in enumerate(history):
            if index == cut.tail and cut.left_out:
                yield Speaker.USER, page.text(GAP, GapSlots(cut.left_out))
            if cut.head <= index < cut.tail:
                continue
            before = history[index - 1] if index and not cut.head <= index - 1 < cut.tail else None
            yield self._line(page, view, said, before)
        yield Speaker.USER, page.text(ASK)

    def _line(self, page: "_Page", view: AnyView, said: Said, before: Said | None) -> Line:
        """One action of the history as a line of its speaker."""
        words = wording(view.rules.language)
        slots = said_slots(said, before if before is not None and before.role is view.role else None, words)
        if said.role is not view.role:
            return Speaker.USER, page.text(HEARD, slots)
        if self.style.answer is AnswerForm.TEXT:
            return Speaker.ASSISTANT, page.text(OWN, slots)
        own: dict[str, str | None] = {"say": slots.text}
        if view.role is Role.DEFENDER:
            own["guess"] = folded(said.guess) if said.guess is not None else None
        return Speaker.ASSISTANT, json.dumps(own, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Page:
    """The templates of one role and language, with what fills them for one view."""

    source: str
    templates: Mapping[str, Template]
    slots: DefenderSlots | AttackerSlots

    def text(self, part: str, *extra: object) -> str:
        """A part in words; empty where the style has none."""
        template = self.templates.get(part)
        return template.render(values(self.slots, *extra)) if template is not None else ""

    def joined(self, *parts: str) -> str:
        """Parts in words with an empty line between them."""
        return "\n\n".join(filter(None, map(self.text, parts)))

    def require_tools(self) -> None:
        """Raise PromptError where the style never tells of tools."""
        shown = any("tools" in template.uses for template in self.templates.values())
        if not shown or TOOL not in self.templates or TOLD not in self.templates:
            raise PromptError(
                self.source, "no tools are shown by this style; choose standard, fewshot or reasoning, or play without"
            )


def _merged(lines: Sequence[Line]) -> Iterator[Message]:
    """The lines as messages that change speakers every time, as chat formats want it."""
    speaker, texts = Speaker.USER, list[str]()
    for who, text in lines:
        if not text:
            continue
        if texts and who is not speaker:
            yield Message(speaker, "\n".join(texts))
            texts = []
        speaker = who
        texts.append(text)
    if texts:
        yield Message(speaker, "\n".join(texts))

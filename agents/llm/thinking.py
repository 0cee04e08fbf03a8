"""One action of a language model: asking, looking things up, reading the answer, asking once more.

Everything that was asked and thought on the way is noted, so that a transcript shows how an action came about.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from agents.llm.context import Fitted
from agents.llm.decisions import Decision, decide
from agents.llm.errors import ToolError
from agents.llm.prompts import Prompts
from agents.llm.reasoning import split_reasoning
from agents.llm.settings import Settings
from agents.llm.tools import Tool, call, wished
from arena.core.actions import Action, Fact, Note
from arena.core.generation import Completion, Prompt, Request
from arena.core.hits import Language
from arena.core.ports import Answer, AnyView, Engine
from arena.core.seeds import derive

ATTEMPTS = 2
"""How often the model is asked for an action: once, and once more where its answer was none."""
NOTHING_SAID = {Language.ENGLISH: "Hmm.", Language.CHINESE: "嗯。"}
"""What is said for a model that has twice said nothing."""
MODEL, REASONING, TOOL = "model", "reasoning", "tool"
"""The kinds of notes."""


@dataclass(frozen=True, slots=True)
class Mind:
    """What a seat thinks with. `tokens` is the most of an answer, `room` the most that a prompt may have."""

    engine: Engine
    settings: Settings
    prompts: Prompts
    tokens: int
    room: int
    tools: tuple[Tool, ...]


class Thinking:
    """One action in the making. `calls_left` is what is left of the match's budget of tool calls."""

    def __init__(self, mind: Mind, view: AnyView, calls_left: int) -> None:
        self._mind, self._view = mind, view
        self.calls_left = calls_left
        self._notes: list[Note] = []
        self._asked = 0

    async def answer(self, fitted: Fitted) -> Answer:
        """The action, and how it came about. Raises EngineError."""
        prompt, left_out = fitted.messages, fitted.left_out
        for _ in range(ATTEMPTS):
            prompt, said = await self._looked_up(prompt, await self._said(prompt, left_out), left_out)
            decision = decide(said, self._view)
            if decision.action is not None:
                break
            prompt = self._mind.prompts.again(prompt, said, self._view, decision.problem)
            if not self._fits(prompt):
                break
        action = decision.action or Action(NOTHING_SAID[self._view.rules.language])
        self._mark(decision)
        return Answer(action, tuple(self._notes))

    async def _looked_up(self, prompt: Prompt, said: str, left_out: int) -> tuple[Prompt, str]:
        """What is said once every tool that the model wants has answered, or its calls are spent."""
        while (wish := self._wish(said)) is not None:
            told = self._mind.prompts.told(prompt, said, self._view, wish[0], self._use(*wish))
            if not self._fits(told):
                break
            prompt, said = told, await self._said(told, left_out)
        return prompt, said

    def _fits(self, prompt: Prompt) -> bool:
        """Whether the model can read the prompt and still answer."""
        return self._mind.engine.count(prompt) <= self._mind.room

    def _wish(self, said: str) -> tuple[str, Mapping[str, object]] | None:
        """The tool that an answer asks for, with its arguments; None where it asks for none, or may not."""
        if not self._mind.tools or self.calls_left <= 0:
            return None
        return wished(said)

    def _use(self, name: str, arguments: Mapping[str, object]) -> str:
        self.calls_left -= 1
        try:
            result, is_fine = call(self._mind.tools, name, arguments, self._view), True
        except ToolError as wrong:
            result, is_fine = str(wrong), False
        asked: tuple[tuple[str, Fact], ...] = tuple(
            (str(key), value) for key, value in arguments.items() if isinstance(value, str | int | float | bool)
        )
        came_of_it: tuple[tuple[str, Fact], ...] = (("ok", is_fine), ("calls_left", self.calls_left))
        self._notes.append(Note(TOOL, result, (("tool", name), *asked, *came_of_it)))
        last = "" if self.calls_left else " (that was your last call)"
        return f"{result}{last}"

    async def _said(self, prompt: Prompt, left_out: int) -> str:
        """What the model says, its thinking kept apart."""
        view, settings = self._view, self._mind.settings
        stop = self._mind.prompts.cues(view.role, view.rules.language)
        sampling = replace(settings.sampling, max_tokens=self._mind.tokens, stop=stop)
        is_held = settings.is_structured and self._mind.engine.has_schemas
        request = Request(
            prompt,
            sampling,
            seed=derive(str(view.seed), "llm", view.turn, view.refusals, self._asked),
            adapter=settings.adapter,
            schema=self._mind.prompts.schema(view.role, [tool.card for tool in self._mind.tools]) if is_held else None,
            seconds=min(settings.seconds, view.ms_left / 1000) if settings.is_timed else settings.seconds,
        )
        self._asked += 1
        completion = await self._mind.engine.complete(request)
        said, thought = split_reasoning(completion.text)
        self._notes.append(self._note(prompt, request, completion, said, left_out))
        thoughts = "\n\n".join(part for part in (completion.reasoning, thought) if part)
        if thoughts:
            self._notes.append(Note(REASONING, thoughts))
        return said

    def _note(self, prompt: Prompt, request: Request, completion: Completion, said: str, left_out: int) -> Note:
        view, prompts = self._view, self._mind.prompts
        facts: dict[str, Fact] = {
            "model": self._mind.engine.name,
            "fingerprint": self._mind.engine.fingerprint,
            "prompt": f"{prompts.name}/{prompts.version}",
            "prompt_hash": prompts.hash(view.role, view.rules.language),
            "asked_hash": _hash(prompt),
            "prompt_tokens": completion.prompt_tokens,
            "tokens": completion.tokens,
            "ending": completion.ending.value,
            "seed": request.seed,
        }
        if request.adapter is not None:
            facts["adapter"] = request.adapter
        if left_out:
            facts["left_out"] = left_out
        return Note(MODEL, said, tuple(facts.items()))

    def _mark(self, decision: Decision) -> None:
        """Say with the last answer of the model how it was read."""
        place = max(number for number, note in enumerate(self._notes) if note.kind == MODEL)
        note = self._notes[place]
        problem = (("problem", decision.problem),) if decision.problem else ()
        self._notes[place] = Note(note.kind, note.text, (*note.facts, ("read_as", decision.how), *problem))


def _hash(prompt: Prompt) -> str:
    """16 hex digits over all that the model was shown."""
    rows = [prompt] if isinstance(prompt, str) else [[it.speaker.value, it.text] for it in prompt]
    return sha256(json.dumps(rows, ensure_ascii=True).encode()).hexdigest()[:16]

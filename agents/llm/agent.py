"""The agent kind `llm`: a language model plays. Start at `LlmAgent.act`.

    llm:MODEL                     a local Hugging Face model, by folder or name
    llm:openai:URL#MODEL          a server that speaks OpenAI's protocol
    llm:MODEL?prompt=compact&temperature=0.7

The model is shown its seat's view in a prompt; what it answers is read as an action. An answer that is none is asked
for once more. All agents on one model share its engine, so that all live matches are in its batches. Nothing is
remembered from match to match, and within a match only how many tool calls were made.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

from agents.llm import pool
from agents.llm.context import fit
from agents.llm.prompts import Prompts, load
from agents.llm.settings import OPTIONS, Settings
from agents.llm.spec import LOCAL, ModelSpec
from agents.llm.thinking import Thinking
from agents.llm.tools import chosen
from arena.core.generation import Request, Sampling
from arena.core.ports import AgentCard, Answer, AnyView, Engine

DEFAULT_STYLE, PLAIN_STYLE = "standard", "plain"
TOKENS = 200
ENDLESS = 1 << 40
"""The room for a prompt where nobody knows the model's context."""
SMALL_CONTEXT = 1024
"""With fewer tokens than this a model gets the compact prompt, unless another was asked for."""


class LlmAgent:
    """Plays either seat with a language model."""

    card: ClassVar[AgentCard] = AgentCard("llm", "1", "a language model: llm:MODEL or llm:openai:URL#MODEL")

    def __init__(self, argument: str | None, engine: Engine | None = None) -> None:
        """A player by the model that `argument` names; `engine` is given by those who have one. Raises TabooError."""
        self._spec = spec_of(argument)
        self._settings = Settings.of(self._spec)
        self._engine = engine
        self._prompts = load(self._settings.prompt) if self._settings.prompt else None
        self._calls_left = self._settings.calls

    @classmethod
    def card_for(cls, argument: str | None) -> AgentCard:
        """The card of a model, opened to see that it can play. Raises TabooError."""
        spec = spec_of(argument)
        settings = Settings.of(spec)
        if settings.prompt:
            load(settings.prompt)
        engine = pool.shared(spec)
        if settings.adapter is not None:
            _try_adapter(engine, settings.adapter)
        where = "" if spec.engine == LOCAL else f" ({spec.engine})"
        summary = f"the language model {engine.name}{where}"
        return AgentCard(cls.card.name, cls.card.version, summary, is_timed=settings.is_timed)

    async def act(self, view: AnyView) -> Answer:
        """What the model says, with how it was asked. Raises EngineError where it gives no answer."""
        engine = self._engine
        if engine is None:
            engine = self._engine = await asyncio.to_thread(pool.shared, self._spec)
        prompts = self._prompts or _style_for(engine)
        settings = self._settings
        tokens = settings.tokens or settings.style_tokens.get(prompts.name, TOKENS)
        tools = chosen(settings.tools, view.role)
        room = ENDLESS if engine.context is None else engine.context - tokens
        cards = tuple(tool.card for tool in tools)
        fitted = fit(prompts, view, engine.count, room, cards, model=self._spec.text)
        thinking = Thinking(engine, settings, prompts, view, tokens, room, tools, self._calls_left)
        answer = await thinking.answer(fitted)
        self._calls_left = thinking.calls_left
        return answer

    async def close(self) -> None:
        """Nothing is held: the engine is everyone's."""


def spec_of(argument: str | None) -> ModelSpec:
    """The model that an agent's argument names, its options known. Raises ModelSpecError, UnknownNameError."""
    spec = ModelSpec.parse(argument or "")
    spec.require_known({*OPTIONS, *pool.engine_kind(spec.engine).options})
    return spec


def _try_adapter(engine: Engine, adapter: str) -> None:
    """Ask for one token with an adapter, in a thread of its own since a loop may run here. Raises EngineError."""
    request = Request("Hello", Sampling(temperature=0, max_tokens=1), adapter=adapter)
    with ThreadPoolExecutor(1) as aside:
        aside.submit(lambda: asyncio.run(engine.complete(request))).result()


def _style_for(engine: Engine) -> Prompts:
    """The prompt that suits a model where none was asked for."""
    if not engine.has_chat:
        return load(PLAIN_STYLE)
    is_small = engine.context is not None and engine.context < SMALL_CONTEXT
    return load("compact" if is_small else DEFAULT_STYLE)

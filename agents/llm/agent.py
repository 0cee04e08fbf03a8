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
from dataclasses import replace
from typing import ClassVar

from agents.llm import pool
from agents.llm.context import Fitted, fit
from agents.llm.errors import ContextError
from agents.llm.prompts import PromptError, Prompts, load
from agents.llm.settings import OPTIONS, Settings
from agents.llm.spec import LOCAL, ModelSpec
from agents.llm.thinking import Mind, Thinking
from agents.llm.tools import chosen
from arena.core.actions import Said
from arena.core.generation import Request, Sampling
from arena.core.hits import Language
from arena.core.ports import AgentCard, Answer, AnyView, Engine
from arena.core.rules import Rules
from arena.core.verdict import Role
from arena.core.views import AttackerView, DefenderView

DEFAULT_STYLE, PLAIN_STYLE = "standard", "plain"
TOKENS = 200
STYLE_TOKENS = {"plain": 48, "compact": 48}
"""The most tokens of an answer, where nobody says."""
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
        self._prompts = load(self._settings.prompt) if self._settings.prompt else None
        self._engine = engine
        self._calls_left = self._settings.calls

    @classmethod
    def card_for(cls, argument: str | None) -> AgentCard:
        """The card of a model, opened to see that it can play, and in which languages. Raises TabooError."""
        agent = cls(argument)
        spec, settings = agent._spec, agent._settings
        engine = agent._engine = pool.shared(spec)
        languages = agent._languages()
        if settings.adapter is not None:
            _try_adapter(engine, settings.adapter)
        where = "" if spec.engine == LOCAL else f" ({spec.engine})"
        return replace(
            cls.card,
            summary=f"the language model {engine.name}{where}",
            languages=languages,
            is_timed=settings.is_timed,
            repeats=engine.is_reproducible,
        )

    async def act(self, view: AnyView) -> Answer:
        """What the model says, with how it was asked. Raises EngineError where it gives no answer."""
        if self._engine is None:
            self._engine = await asyncio.to_thread(pool.shared, self._spec)
        mind = self._mind(self._engine, view.role)
        thinking = Thinking(mind, view, self._calls_left)
        answer = await thinking.answer(self._fitted(mind, view))
        self._calls_left = thinking.calls_left
        return answer

    async def close(self) -> None:
        """Nothing is held: the engine is everyone's."""

    def _mind(self, engine: Engine, role: Role) -> Mind:
        """What a seat of this agent thinks with."""
        prompts = self._prompts or _style_for(engine)
        tokens = self._settings.tokens or STYLE_TOKENS.get(prompts.name, TOKENS)
        room = ENDLESS if engine.context is None else engine.context - tokens
        return Mind(engine, self._settings, prompts, tokens, room, chosen(self._settings.tools, role))

    def _fitted(self, mind: Mind, view: AnyView) -> Fitted:
        cards = tuple(tool.card for tool in mind.tools)
        return fit(mind.prompts, view, mind.engine.count, mind.room, cards, model=self._spec.text)

    def _languages(self) -> frozenset[Language]:
        """The languages in which both seats can be asked for a first action.

        Raises ContextError where the English prompt leaves no room, PromptError where the style has no language whole.
        A model whose tokenizer knows no Chinese may have no room for Chinese rules, and plays in English.
        """
        able, problems = set(), []
        for language in Language:
            try:
                for view in _first_views(language):
                    self._fitted(self._mind(self._engine_there(), view.role), view)
                able.add(language)
            except (ContextError, PromptError) as problem:
                if language is Language.ENGLISH and isinstance(problem, ContextError):
                    raise
                problems.append(problem)
        if not able:
            raise problems[0]
        return frozenset(able)

    def _engine_there(self) -> Engine:
        if self._engine is None:
            raise RuntimeError("the engine is opened before it is asked")
        return self._engine


def _first_views(language: Language) -> tuple[AnyView, AnyView]:
    """What both seats of a match are shown at its beginning."""
    rules = Rules(language=language, word_list=f"{language}-easy")
    shared = (rules.guess_limit, rules.turn_ms, 0)
    opened = (Said(Role.ATTACKER, 1, "..."),)
    return AttackerView(rules, 1, (), *shared, target="..."), DefenderView(rules, 1, opened, *shared)


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

"""What an agent that is a language model can be told: the options after `?`, checked before the first match."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agents.llm.engines.options import Typed
from agents.llm.errors import ModelSpecError
from agents.llm.spec import ModelSpec
from agents.llm.tools import chosen
from arena.core.generation import Sampling
from arena.core.verdict import Role

OPTIONS: Mapping[str, str] = {
    "prompt": "style of the prompt: standard, reasoning, fewshot, compact, plain, or a file of yours",
    "temperature": "0 takes the likeliest token (default 0.8)",
    "top_p": "draw from the likeliest tokens that have this share together (default 1: all)",
    "top_k": "draw from so many likeliest tokens (default 0: all)",
    "tokens": "most tokens of an answer, thinking included (default 200; plain and compact styles 48)",
    "adapter": "the adapter that plays, one of the engine's",
    "structured": "auto: answers are held to a JSON Schema where the engine can (default); off: never",
    "tools": "tools joined by +, or all (default none)",
    "calls": "most tool calls in a match (default 8)",
    "seconds": "most seconds for an answer of the model (default 60)",
    "timed": "on: thinking costs match time, as a remote agent's does; off (default for local models)",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How one agent asks its model."""

    prompt: str | None
    sampling: Sampling
    tokens: int | None
    adapter: str | None
    is_structured: bool
    tools: tuple[str, ...]
    calls: int
    seconds: float
    is_timed: bool

    @classmethod
    def of(cls, spec: ModelSpec) -> "Settings":
        """The settings among the options of a model. Raises EngineError or ToolError."""
        typed = Typed(spec.text, {name: value for name, value in spec.options.items() if name in OPTIONS})
        tools = tuple(re.split(r"[,\s]+", typed.text("tools").strip()) if typed.text("tools").strip() else ())
        for role in Role:
            chosen(tools, role)
        temperature, top_p = typed.number("temperature", 0.8), typed.number("top_p", 1.0)
        if temperature is None or top_p is None or not 0 < top_p <= 1:
            raise ModelSpecError(spec.text, "top_p is a share above 0 and at most 1")
        sampling = Sampling(temperature, top_p, typed.whole("top_k", 0, least=0) or 0)
        return cls(
            prompt=typed.text("prompt") or None,
            sampling=sampling,
            tokens=typed.whole("tokens", None),
            adapter=_adapter(spec),
            is_structured=typed.one_of("structured", ("auto", "off")) == "auto",
            tools=tools,
            calls=typed.whole("calls", 8, least=0) or 0,
            seconds=typed.number("seconds", 60.0, least=0.001) or 60.0,
            is_timed=typed.one_of("timed", ("off", "on") if spec.engine != "openai" else ("on", "off")) == "on",
        )


def _adapter(spec: ModelSpec) -> str | None:
    name = spec.options.get("adapter")
    if name == "":
        raise ModelSpecError(spec.text, "the adapter has no name; leave the option out for the base model")
    return name

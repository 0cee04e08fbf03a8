"""The engine `openai`: models behind any server that speaks OpenAI's protocol. Start at `engine`.

The package `openai` is imported when a model is opened, and not before.
"""

from agents.llm.engines.openai.engine import OpenAIEngine
from agents.llm.engines.openai.opening import OpenAIEngines

__all__ = ["OpenAIEngine", "OpenAIEngines"]

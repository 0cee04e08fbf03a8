"""What can be wrong with a model, beyond the errors of the port: each names the model and what to do."""

from dataclasses import dataclass

from arena.core.errors import EngineError, TabooError


class ModelMissingError(EngineError):
    """There is no such model here, or a package that it needs is not installed."""


class ContextError(EngineError):
    """A prompt has more tokens than the model can read."""


class OutOfMemoryError(EngineError):
    """Not even one request fits the device."""


class AdapterError(EngineError):
    """An adapter cannot be used with this model. `problem` names the adapter."""


class ServerError(EngineError):
    """A model server cannot be reached, refused the request, or answered with something else."""


@dataclass(eq=False)
class ModelSpecError(TabooError):
    """What follows `llm:` cannot be read."""

    spec: str
    problem: str

    def __str__(self) -> str:
        return (
            f"model {self.spec!r}: {self.problem}; write MODEL, openai:URL#MODEL or scripted:FILE, with options as in "
            "MODEL?temperature=0.8&prompt=compact"
        )


@dataclass(eq=False)
class ToolError(TabooError):
    """A tool was called by a wrong name or with wrong arguments."""

    tool: str
    problem: str

    def __str__(self) -> str:
        return f"tool {self.tool!r}: {self.problem}"

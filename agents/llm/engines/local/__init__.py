"""The engine `transformers`: models of Hugging Face that run in this process. Start at `engine`.

Nothing of torch is imported before a model is opened.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from agents.llm.engines.local.settings import OPTIONS, Settings

if TYPE_CHECKING:
    from agents.llm.engines.local.engine import LocalEngine


class TransformersEngines:
    """Opens a model by its folder or its name on the hub."""

    options: ClassVar[Mapping[str, str]] = OPTIONS

    @classmethod
    def open(cls, model: str, options: Mapping[str, str]) -> "LocalEngine":
        """Load the model; blocks until it is there. Raises ModelMissingError, EngineError."""
        settings = Settings.of(model, options)
        from agents.llm.engines.local.loading import require_packages

        require_packages(model)
        from agents.llm.engines.local.engine import LocalEngine

        return LocalEngine.open(model, settings)

"""Brings what the generation loop yields to whom it concerns, in the loop's own thread: no queue, no polling."""

from collections.abc import Callable

from transformers.generation.continuous_batching.continuous_api import OutputRouter
from transformers.generation.continuous_batching.requests import GenerationOutput


class Router(OutputRouter):
    """Hands every output to one receiver at once, instead of keeping it for somebody to fetch."""

    def __init__(self, receive: Callable[[GenerationOutput], None]) -> None:
        super().__init__()
        self._receive = receive

    def deliver(self, output: GenerationOutput) -> None:
        """Hand over one output."""
        self._receive(output)

    def deliver_batch(self, outputs: list[GenerationOutput]) -> None:
        """Hand over the outputs of one step."""
        for output in outputs:
            self._receive(output)

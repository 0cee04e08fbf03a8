"""One continuous batch from its start until it ends or breaks: transformers' paged cache, scheduler and thread."""

import gc
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers import GenerationConfig, PreTrainedModel
from transformers.generation.continuous_batching.continuous_api import ContinuousBatchingManager
from transformers.generation.continuous_batching.requests import GenerationOutput
from transformers.utils.import_utils import is_flash_attn_2_available, is_flash_attn_3_available

from agents.llm.engines.local.continuous.drawing import Drawing
from agents.llm.engines.local.continuous.flight import Flight
from agents.llm.engines.local.continuous.routing import Router
from agents.llm.engines.local.continuous.sizes import Sizes

_NO_TOKEN = -1
_LAST_STEP_SECONDS = 10.0


class Batch:
    """A running batch. Make and use it in one daemon thread: its own thread inherits that and cannot hold up an exit.

    `receive` is called in the batch's thread with every token of every flight. Without `cuts` no flight's top-k and
    top-p are heeded, which saves a sort of the vocabulary at every step.

    Raises:
        MemoryError, torch.OutOfMemoryError: cache and working memory of these sizes do not fit the device.
        ValueError: the model's attention cannot read a paged cache.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        sizes: Sizes,
        receive: Callable[[GenerationOutput], None],
        *,
        ends: Collection[int],
        cuts: bool,
    ) -> None:
        self._ends = sorted(ends) or [_NO_TOKEN]
        # A configuration of our own: the model's might bring penalties and samplers that no request asked for.
        greedy = GenerationConfig(do_sample=False, eos_token_id=self._ends)  # type: ignore[no-untyped-call]
        self._model, self._attention = model, model.config._attn_implementation
        try:
            if (fast := attention_for(model)) != self._attention:
                model.set_attn_implementation(fast)
            batching: Any = model  # the types of transformers leave out what every model that generates can do
            self._manager: ContinuousBatchingManager = batching.init_continuous_batching(greedy, sizes.config())
            self._manager.output_router = Router(receive)
            self._manager.logit_processor = Drawing(cuts=cuts)
            self._manager.warmup()
        except BaseException:
            model.set_attn_implementation(self._attention)
            raise
        self._manager.start()

    @property
    def capacity(self) -> int:
        """The most tokens that one request can have, prompt and answer together, when it is alone."""
        config = self._manager.continuous_batching_config
        return (config.num_blocks or 0) * config.page_size  # the number is settled by the time that the batch runs

    @property
    def steps(self) -> int:
        """How many steps were made: what stands still where the device is stuck."""
        return getattr(self._manager, "current_batch", 0)

    @property
    def is_over(self) -> bool:
        """Whether it takes no more requests, because it broke or is being closed."""
        return self._manager.background_thread_status.can_accept_new_requests() is not None

    @property
    def error(self) -> Exception | None:
        """What broke it; None while it runs, and after it was closed."""
        error: Exception | None = self._manager.background_thread_status.fatal_error
        return error

    def add(self, flight: Flight) -> None:
        """Let a flight take part from the next step on."""
        brought = Drawing.brought(flight.job)
        self._manager.add_request(
            list(flight.job.all_ids),
            request_id=flight.name,
            max_new_tokens=flight.tokens_left,
            streaming=True,
            eos_token_id=self._ends,
            **brought,
        )

    def drop(self, name: str) -> None:
        """Free the place of a flight before it is done."""
        self._manager.cancel_request(name)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No step runs inside. Raises RuntimeError where the batch breaks before it can pause."""
        with self._manager.pause():
            yield

    def close(self, seconds: float = _LAST_STEP_SECONDS) -> bool:
        """End it, whatever is still in it; False where its last step does not come back within `seconds`."""
        self._manager.stop(block=True, timeout=seconds, hard_stop=True)
        if self._model.config._attn_implementation != self._attention:
            self._model.set_attn_implementation(self._attention)
        return not self._manager.is_running()


def attention_for(model: PreTrainedModel) -> str:
    """The attention to batch a model with: flash attention where it is installed, else the model's own.

    With any other, each token of a step is compared with the cache of every request, only to be masked. Left to itself
    transformers would fetch kernels from the network, and ask no questions of 32-bit models.
    """
    own = str(model.config._attn_implementation)
    is_half = model.dtype in (torch.bfloat16, torch.float16)
    if own not in ("sdpa", "eager") or model.device.type != "cuda" or not is_half or not model._supports_flash_attn:
        return own
    if is_flash_attn_3_available():
        return "flash_attention_3"
    return "flash_attention_2" if is_flash_attn_2_available() else own


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether there was too little memory, the device's or the machine's."""
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def free_what_broke() -> None:
    """Let go of the memory of a batch that broke: its error remembers every step of the way to it, tensors included."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()

"""How much a continuous batch holds at once, and what is left of it when memory ran out."""

from dataclasses import dataclass, replace

import torch
from transformers.generation.configuration_utils import ContinuousBatchingConfig

_FLASH_PAGE = 256
"""Flash attention reads its cache in pages of this many tokens; no smaller page fits all its versions."""
_PAGE = 16
_HOST_ROWS, _DEVICE_ROWS = 64, 256
_HOST_BATCH_TOKENS = 512
_HOST_TOKENS = 65_536
"""The most tokens that a CPU's cache holds; only a longer context than this gets more."""
_DEVICE_BATCH_TOKENS = 8192


@dataclass(frozen=True, slots=True)
class Sizes:
    """The measures of a continuous batch.

    `rows` is the most requests in one step, `batch_tokens` the most tokens that one step reads; longer prompts are read
    in several. A prompt shares whole pages of `page` tokens with prompts that begin alike. The cache holds `pages` of
    them; None takes `memory`, a share in (0, 1], of what the device has left.
    """

    rows: int
    batch_tokens: int
    page: int
    pages: int | None
    memory: float = 0.8

    @classmethod
    def fitting(cls, device: torch.device, *, attention: str, rows: int | None = None, context: int = 4096) -> "Sizes":
        """Sizes for a device: all that is free of an accelerator, on a CPU just what the rows could need.

        On a CPU the attention mask covers the whole cache, so that a larger one would cost memory for nothing.
        """
        if device.type == "cpu":
            rows = rows or _HOST_ROWS
            cached = max(min(rows * context, _HOST_TOKENS), context)
            return cls(rows, max(_HOST_BATCH_TOKENS, rows), _PAGE, -(-cached // _PAGE))
        rows = rows or _DEVICE_ROWS
        return cls(rows, max(_DEVICE_BATCH_TOKENS, rows), _FLASH_PAGE if "flash" in attention else _PAGE, None)

    def half(self) -> "Sizes | None":
        """Half of everything; None where one request alone was too much already."""
        if self.rows == 1:
            return None
        rows, tokens = self.rows // 2, max(self.batch_tokens // 2, 1)
        pages = None if self.pages is None else max(self.pages // 2, 1)
        return replace(self, rows=rows, batch_tokens=max(tokens, rows), pages=pages, memory=self.memory / 2)

    def config(self) -> ContinuousBatchingConfig:
        """These sizes in transformers' own words."""
        return ContinuousBatchingConfig(
            page_size=self.page,
            num_blocks=self.pages,
            max_batch_tokens=self.batch_tokens,
            max_requests_per_batch=self.rows,
            max_memory_percent=self.memory,
            auto_switch_to_flash=False,
        )

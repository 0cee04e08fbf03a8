"""Many small adapters over one frozen model: LoRA and (IA)3 as PEFT writes them, in safetensors, chosen per row.

Importing this package imports torch and peft, so engines do it at the first request that names an adapter. Start at
`shelf`, which keeps the adapters; `checking` says which ones may be loaded, `lora` and `ia3` how rows are told apart.
"""

from agents.llm.engines.adapters.adapter import Adapter, Kind
from agents.llm.engines.adapters.bases import mark
from agents.llm.engines.adapters.digests import digest
from agents.llm.engines.adapters.shelf import Shelf

__all__ = ["Adapter", "Kind", "Shelf", "digest", "mark"]

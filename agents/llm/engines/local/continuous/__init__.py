"""Continuous batching: requests join and leave one running batch at every token, over a paged cache.

Start at `runner.py`. `batch.py` is one life of transformers' own batch, `flight.py` a job on its way through it,
`routing.py` brings tokens to their jobs, `drawing.py` chooses them, `sizes.py` says how much the cache holds.
"""

from agents.llm.engines.local.continuous.runner import ContinuousRunner
from agents.llm.engines.local.continuous.sizes import Sizes

__all__ = ["ContinuousRunner", "Sizes"]

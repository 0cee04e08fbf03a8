"""The measure `leak`: how likely a language model finds the target where the defender would speak, turn by turn.

Win or lose is coarse; this is smooth. Start at `measure`; `cloze` is what the model reads.
"""

from agents.llm.leak.measure import LeakMeasure

__all__ = ["LeakMeasure"]

"""Makes an action of what a model wrote: `decide`. Begin with `deciding`.

`structured` reads JSON and labelled answers, `lenient` JSON that is not quite JSON, `cleaning` makes an utterance of
prose.
"""

from agents.llm.decisions.deciding import Decision, How, decide

__all__ = ["Decision", "How", "decide"]

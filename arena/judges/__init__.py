"""Rule-based judges: rulings that need no model and no download.

`form` rules on what an utterance repeats, `wordlike` on whether it is made of words at all. Neither knows the target,
and neither reads for meaning: on-topic or not is a model judge's business, through the same port.
"""

"""Judges that are models: `perplexity` (fluency), `relevance`, and `llm`, which rules by a rubric.

Each is named in the rules as `NAME:ARGUMENT`. They run their models through the engines that agents use, so that the
rulings of concurrent matches are batched together. Start at `perplexity`.
"""

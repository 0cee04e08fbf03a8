"""A request as OpenAI's protocol has it, and what a server was found not to take."""

import re
from dataclasses import dataclass, replace
from typing import Any

from arena.core.generation import Request

MOST_STOPS = 4
"""So many stop texts may be sent; the others are found here."""
_SEEDS = 2**31
"""Seeds are folded into what every server takes."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the server takes, as far as it is known: everything, until it says that it does not."""

    limit: str = "max_tokens"
    """The field for the most tokens. The elder name comes first: servers that do not know the younger ignore it, and
    go on for ever, while those that do not know the elder say so."""
    has_limit_changed: bool = False
    schemas: bool = True
    may_drop_schemas: bool = True
    usage: bool = True
    seed: bool = True
    stop: bool = True

    def call(self, request: Request, model: str, is_streamed: bool) -> dict[str, Any]:
        """The arguments of the call. An adapter is a model of its own name, as servers of adapters have it."""
        sampling = request.sampling
        sent: dict[str, Any] = {
            "model": request.adapter or model,
            "temperature": sampling.temperature,
            self.limit: sampling.max_tokens,
        }
        if not isinstance(request.prompt, str):
            sent["messages"] = [{"role": str(one.speaker), "content": _sendable(one.text)} for one in request.prompt]
            if request.schema is not None and self.schemas:
                held = {"name": "answer", "schema": dict(request.schema), "strict": True}
                sent["response_format"] = {"type": "json_schema", "json_schema": held}
        else:
            sent["prompt"] = _sendable(request.prompt)
            sent["max_tokens"] = sent.pop(self.limit)  # completions of plain text never got the younger name
        if sampling.top_p != 1.0:
            sent["top_p"] = sampling.top_p
        if sampling.top_k:
            sent["extra_body"] = {"top_k": sampling.top_k}
        if sampling.stop and self.stop:
            sent["stop"] = [_sendable(stop) for stop in sampling.stop[:MOST_STOPS]]
        if self.seed:
            sent["seed"] = request.seed % _SEEDS
        if is_streamed:
            sent["stream"] = True
            if self.usage:
                sent["stream_options"] = {"include_usage": True}
        return sent

    def after(self, complaint: str, sent: dict[str, Any]) -> "Abilities | None":
        """What is left once the server has refused a call with this complaint; None where nothing can be left out.

        Only what changes nothing about the answer is left out: stop texts are found here, and the agent reads answers
        that fit no schema.
        """
        if "response_format" in sent and self.may_drop_schemas and _names(complaint, "response_format", "json_schema"):
            return replace(self, schemas=False)
        if "messages" in sent and not self.has_limit_changed and _names(complaint, self.limit):
            other = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}[self.limit]
            return replace(self, limit=other, has_limit_changed=True)
        if "stream_options" in sent and _names(complaint, "stream_options", "include_usage"):
            return replace(self, usage=False)
        if "seed" in sent and _names(complaint, "seed"):
            return replace(self, seed=False)
        if "stop" in sent and _names(complaint, "stop"):
            return replace(self, stop=False)
        return None


def _sendable(text: str) -> str:
    """The text as UTF-8 can have it: half a surrogate pair cannot be sent."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def _names(complaint: str, *fields: str) -> bool:
    return any(re.search(rf"\b{field}\b", complaint) for field in fields)

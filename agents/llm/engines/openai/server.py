"""What an engine knows of its server, and shares among its requests. Lives in the engine's event loop."""

import asyncio
from random import Random
from typing import TYPE_CHECKING, Any

from agents.llm.engines.openai.address import Address
from agents.llm.engines.openai.calls import Abilities
from agents.llm.engines.openai.estimates import estimated
from agents.llm.engines.openai.pace import Pace, Turn, together
from agents.llm.engines.openai.spending import Spent
from agents.llm.engines.openai.terms import Terms
from arena.core.generation import Request

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_NO_LIMIT = float("inf")


class Server:
    """A client, its terms, its paces, what it takes and what it has cost so far."""

    def __init__(self, api: "AsyncOpenAI", address: Address, terms: Terms, chance: Random) -> None:
        self.api, self.address, self.terms, self.chance = api, address, terms, chance
        limit = "max_completion_tokens" if address.is_openai else "max_tokens"
        self.abilities = Abilities(limit, schemas=terms.schemas != "off", may_drop_schemas=terms.schemas == "auto")
        self.paces = (Pace(terms.rpm or _NO_LIMIT), Pace(terms.tpm or _NO_LIMIT))
        self.places = asyncio.Semaphore(terms.concurrency)
        self.spent = Spent()

    def call(self, request: Request, is_streamed: bool) -> dict[str, Any]:
        """The arguments of the call, as far as it is known what the server takes."""
        return self.abilities.call(request, self.address.model, is_streamed)

    def adapt(self, complaint: str, request: Request, sent: dict[str, Any]) -> bool:
        """Whether the next call will differ from the one sent, because the server did not take something in it."""
        if self.call(request, "stream" in sent) != sent:
            return True  # another request found it out meanwhile
        fewer = self.abilities.after(complaint, sent)
        if fewer is None:
            return False
        self.abilities = fewer
        return True

    def estimate(self, request: Request) -> int:
        """How many tokens a request may cost."""
        return estimated(request.prompt, self.terms.chars) + request.sampling.max_tokens

    def turn(self, request: Request, now: float) -> Turn:
        """When one attempt may start; the cost of the turn is in tokens, to be corrected once they are counted."""
        costs = (1.0, float(self.estimate(request)))
        start = together(self.paces, costs, now)
        return [one.take(cost, start) for one, cost in zip(self.paces, costs, strict=True)][-1]

    def note_retry(self) -> None:
        """Count a retry."""
        self.spent = self.spent.with_retry()

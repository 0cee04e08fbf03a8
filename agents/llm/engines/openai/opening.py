"""Opens models behind servers: reads address, options and key, and asks the server which models it has."""

import os
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, ClassVar

from agents.llm.engines.openai.address import ASKED, Address, is_key_like
from agents.llm.engines.openai.attempt import listed
from agents.llm.engines.openai.client import open_client
from agents.llm.engines.openai.engine import OpenAIEngine
from agents.llm.engines.openai.excerpts import Veil
from agents.llm.engines.openai.faults import Fault, Faults
from agents.llm.engines.openai.keys import Key, key_for
from agents.llm.engines.openai.listing import Listing
from agents.llm.engines.openai.server import Server
from agents.llm.engines.openai.terms import OPTIONS, Terms
from agents.llm.engines.openai.thread import LoopThread
from agents.llm.engines.options import Typed
from agents.llm.errors import ServerError
from arena.core.errors import EngineError

if TYPE_CHECKING:
    from openai import AsyncOpenAI


class OpenAIEngines:
    """Opens `URL#MODEL`, the model left out where the server has one only, and `#MODEL` for OpenAI's own server."""

    options: ClassVar[Mapping[str, str]] = OPTIONS

    @classmethod
    def open(
        cls,
        model: str,
        options: Mapping[str, str],
        *,
        environment: Mapping[str, str] | None = None,
        chance: Random | None = None,
    ) -> OpenAIEngine:
        """An engine for the model at this address, once its server has answered. Raises EngineError.

        `environment` is where the key is looked for, the process's own if None. `chance` spreads the waits before
        retries; if None, it is seeded by the system, as processes that wait alike would all come back at once.
        """
        address = Address.parse(model)
        if any(map(is_key_like, options.values())):
            remedy = "put the key into an environment variable"
            raise EngineError(ASKED, "one of its options holds what looks like a key", remedy)
        typed = Typed(str(address), options)
        typed.require_known(cls.options)
        terms = Terms.of(typed)
        key = key_for(address, options, os.environ if environment is None else environment)
        api = open_client(address.url, key, terms.patience, str(address))
        thread = LoopThread(f"openai {address.model}")
        try:
            address, context = _settled(address, key, thread, api)
        except BaseException:
            thread.stop(api.close)
            raise
        server = Server(api, address, terms, chance or Random())
        return OpenAIEngine(server, key, thread, terms.context or context)


def _settled(address: Address, key: Key | None, thread: LoopThread, api: "AsyncOpenAI") -> tuple[Address, int | None]:
    """The address with its model, and the context that the server tells. Raises EngineError."""
    veil = Veil(key)
    body = thread.submit(listed(api, Faults.of(address, key, veil))).result()
    listing = Listing.parse(body) if isinstance(body, str) else None
    if isinstance(body, Fault) and _is_hopeless(body):
        raise body.error
    if not address.model:
        return _only(address, listing, veil)
    # A server may have models that it does not list, or list none at all: the first request tells.
    return address, listing.contexts.get(address.model) if listing is not None else None


def _is_hopeless(fault: Fault) -> bool:
    """Whether nothing can be expected of the server: it cannot be reached, or does not take the key."""
    return fault.status == 401 or (fault.status is None and fault.may_retry)


def _only(address: Address, listing: Listing | None, veil: Veil) -> tuple[Address, int | None]:
    if listing is None:
        problem = "the server does not say which models it has"
        raise ServerError(str(address), problem, "name one, as in openai:URL#MODEL")
    if len(listing.contexts) != 1:
        problem = f"no model is named, and the server lists {listing.shown(veil)}"
        raise ServerError(str(address), problem, "name one, as in openai:URL#MODEL")
    ((name, context),) = listing.contexts.items()
    return replace(address, model=name), context

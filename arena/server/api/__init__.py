"""The HTTP API: one router a topic under `/api/v1`, and `ops` for whoever runs the server.

Start with `asking` (what all routes share: who asks, pages, entity tags, refusals). A route finds the parts of the
server in the house, asks the caller for the account it needs, and shapes the answer; the rules of the place are theirs.
"""

from fastapi import APIRouter

from arena.server.api import accounts, admin, agents, info, lobby, matches, playing, stream, tokens, words
from arena.server.api.asking import GUARD
from arena.server.api.ops import ops

PREFIX = "/api/v1"
router = APIRouter(prefix=PREFIX, dependencies=[GUARD])
for _topic in (accounts, tokens, agents, info, lobby, matches, stream, playing, words, admin):
    router.include_router(_topic.router)

__all__ = ["PREFIX", "ops", "router"]

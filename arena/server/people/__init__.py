"""Who people are: accounts, browsers that are logged in, tokens of programs, tickets for sockets.

It knows nothing of HTTP and of matches. Start with `people`, the one door; `names` says what may be a name, `throttle`
how often somebody may fail.
"""

from arena.server.people.people import People
from arena.server.people.values import Account, Rank, Scope, Token

__all__ = ["Account", "People", "Rank", "Scope", "Token"]

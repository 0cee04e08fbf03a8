"""Whether the other side keeps to the protocol: a client that tries a server, and a server that tries a client.

`checks` holds what a server is tried with (`taboo protocol check`), `scenarios` what a client is led through
(`taboo protocol serve`). Both give `Finding`s. Neither knows the server of this project: they know the protocol.
"""

from arena.conformance.finding import Finding, Status, has_failed

__all__ = ["Finding", "Status", "has_failed"]

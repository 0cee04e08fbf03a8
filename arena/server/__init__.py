"""The arena as a place: accounts, a lobby, live matches, sockets, an HTTP API, and whatever pages are installed.

Start with `app` (what a server is made of) and `house` (the parts, by name). `hall` holds the live matches, `lobby`
brings players together, `people` knows who they are, `sockets` speaks the protocol, `api` speaks HTTP.
"""

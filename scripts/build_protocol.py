"""Writes what docs/protocol.md and docs/protocol/ take from the code, and plays the worked exchange anew.

Usage: python scripts/build_protocol.py [--documents]. With --documents, the exchange is left as it is.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from arena.conformance import page
from arena.conformance.checks import Probe
from arena.conformance.exchange import record, shown
from arena.server.people import People, Scope
from arena.store import open_log
from arena.wire.asyncapi import asyncapi
from arena.wire.schema import schema, written

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "protocol.md"
PLAYS = frozenset({Scope.PLAY, Scope.READ})


def main(words: list[str]) -> int:
    """Write everything, and return the exit code."""
    (DOCS / "protocol" / "schema.json").write_text(written(schema()), encoding="utf-8")
    (DOCS / "protocol" / "asyncapi.json").write_text(written(asyncapi()), encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    exchange = page.block(text, "exchange") if "--documents" in words else f"```text\n{played()}\n```"
    PAGE.write_text(page.filled(text, {**page.tables(), "exchange": exchange}), encoding="utf-8")
    return 0


def played() -> str:
    """The exchange, played on a server that is started for it."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"{folder}/arena.db"
        tokens = asyncio.run(make_accounts(database))
        command = [sys.executable, "-m", "arena", "serve", "--port", "0", "--db", database]
        with subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as server:
            try:
                return asyncio.run(talk(address_of(server), *tokens))
            finally:
                server.terminate()


async def make_accounts(database: str) -> tuple[str, str]:
    """Two accounts in a new database, and a token of each."""
    with open_log(database) as log:
        people, tokens = People(log), []
        for name in ("alice", "bob"):
            account = await people.register(name, f"a sentence of {name}'s", agreed=True)
            _, secret = await people.issue_token(account.id, "exchange", PLAYS, 1)
            tokens.append(secret)
    return tokens[0], tokens[1]


def address_of(server: "subprocess.Popen[str]") -> str:
    """Where the server listens, as it says itself."""
    for line in server.stdout or ():
        if found := re.search(r"http://[\w.]+:\d+", line):
            return found[0]
    raise SystemExit("the server did not start")


async def talk(address: str, token: str, other: str) -> str:
    """The exchange as the page shows it."""
    probe = Probe(address, token, other)
    try:
        return shown(await record(probe))
    finally:
        await probe.aclose()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

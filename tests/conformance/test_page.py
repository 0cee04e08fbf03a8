"""What docs/protocol.md shows is what the code says, and the exchange there is what a real server does."""

import asyncio
from pathlib import Path

import pytest

from arena.cli import main
from arena.conformance import page
from arena.conformance.checks import Probe
from arena.conformance.exchange import comparable, record, shown
from arena.wire.schema import client_messages, server_messages, type_of

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "protocol.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(page.tables()))
def test_a_table_of_the_page_is_what_the_code_says(name):
    assert page.block(TEXT, name) == page.tables()[name]


def test_the_page_shows_every_message():
    shown_there = [line.removeprefix("#### ").strip("`") for line in TEXT.splitlines() if line.startswith("#### ")]
    assert shown_there == [type_of(it) for it in (*client_messages(), *server_messages())]


def test_filling_the_page_replaces_its_blocks_and_nothing_else():
    text = "a\n<!-- begin:x -->\nold\n<!-- end:x -->\nb"
    assert page.filled(text, {"x": "new\nlines"}) == "a\n<!-- begin:x -->\nnew\nlines\n<!-- end:x -->\nb"
    with pytest.raises(KeyError):
        page.block(text, "y")


def test_the_exchange_of_the_page_happens_again_on_a_real_server(as_shipped):
    alice, bob = as_shipped.member("alice"), as_shipped.member("bob")

    async def play():
        probe = Probe(as_shipped.url, alice, bob)
        try:
            return shown(await record(probe))
        finally:
            await probe.aclose()

    published = page.block(TEXT, "exchange").removeprefix("```text\n").removesuffix("\n```")
    assert comparable(asyncio.run(play())) == comparable(published)


def test_a_comparison_puts_aside_what_changes_and_nothing_else():
    line = 'S {"type":"pong","match":"a","ts":5,"data":{"id":"x","seed":3}}'
    assert comparable(line) == comparable(line.replace('"a"', '"b"').replace("5", "6").replace("3", "4"))
    assert comparable(line) != comparable(line.replace('"x"', '"y"'))


@pytest.mark.parametrize("option", [[], ["--asyncapi"]])
def test_the_command_checks_the_published_documents(option, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(DOCS.parent)
    assert main(["protocol", "schema", "--check", *option]) == 0
    assert main(["protocol", "schema", *option]) == 0
    capsys.readouterr()
    name = "asyncapi.json" if option else "schema.json"
    (tmp_path / name).write_text("{}")
    assert main(["protocol", "schema", "--check", "--folder", str(tmp_path), *option]) == 1
    assert "write it anew" in capsys.readouterr().err

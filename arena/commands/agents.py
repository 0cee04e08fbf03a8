"""`taboo agents`: who can play."""

import sys

from rich.console import Console
from rich.table import Table

from arena import registry
from arena.commands.options import Json
from arena.core.jsonline import to_line


def command(as_json: Json = False) -> None:
    """The agents that are installed, and what each can do.

    Example: [bold]taboo agents[/bold]. An agent of your own is named [bold]module:Class[/bold].
    """
    cards = [registry.agent(name).card for name in registry.entries(registry.AGENTS)]
    if as_json:
        rows = [
            {
                "name": card.name,
                "version": card.version,
                "roles": sorted(card.roles),
                "languages": sorted(card.languages),
                "is_human": card.is_human,
                "summary": card.summary,
            }
            for card in cards
        ]
        sys.stdout.write(to_line(rows) + "\n")
        return
    table = Table("agent", "attacks", "defends", "languages", "what it does", box=None, header_style="bold")
    for card in cards:
        plays = ["yes" if role in card.roles else "" for role in ("attacker", "defender")]
        table.add_row(f"[bold]{card.name}[/bold]", *plays, " ".join(sorted(card.languages)), card.summary)
    Console(highlight=False).print(table)

"""A live demonstration at the terminal: one match to read, a small tournament, and what to try next.

Usage: python scripts/demo.py (or `make demo`).
"""

import sys

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from arena.cli import main as taboo
from arena.places import log_path

TOURNAMENT = ["tournament", "--agents", "direct,hiding,trigger,honest,detector,evasive", "--words", "20"]
NEXT = (
    ("taboo play --as defender --against hiding", "play yourself"),
    ("taboo match --attacker hiding --defender evasive --word banana --seed 7", "read one match"),
    ("taboo match --lang zh --attacker hiding --defender detector", "the same in Chinese"),
    ('taboo said --word mouse --text "three blind mice"', "ask the referee"),
    ("taboo words --list en-easy --sample 30", "see what can be dealt"),
    ("taboo replay --recheck", "derive every verdict again"),
    ("taboo export --out matches.jsonl", "take the transcripts away"),
)


def main() -> int:
    """Play, show, and return the exit code of the first part that failed."""
    console = Console(highlight=False)
    console.print(Rule("a match of Adversarial Taboo", align="left", style="dim"))
    code = taboo(["match", "--attacker", "hiding", "--defender", "detector", "--list", "en-easy"])
    if code:
        return code
    console.print()
    console.print(Rule("a tournament: three attackers, three defenders, twenty words", align="left", style="dim"))
    code = taboo(TOURNAMENT)
    if code:
        return code
    console.print()
    console.print(Rule("what to try next", align="left", style="dim"))
    console.print(Text("source .venv/bin/activate", style="bold"))
    for command, why in NEXT:
        console.print(Text.assemble((f"{command:<74}", "bold"), ("# " + why, "dim")), soft_wrap=True)
    console.print(Text(f"\nthe database: {log_path(None)}", style="dim"), soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

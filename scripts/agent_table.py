"""How the built-in agents fare against each other: a Markdown table, and the three claims that they must bear out.

Usage: python scripts/agent_table.py [--words 100] [--rounds 1] [--seed 7] [--language en]

Every pairing plays the same words. Intervals are 95 %, from resampling words (`arena.analysis.rates`).
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from arena import registry
from arena.analysis.rates import Estimate, clustered_rate, paired_difference, shown
from arena.core.hits import Language
from arena.core.rules import preset
from arena.core.seeds import derive, derive_id
from arena.core.verdict import Reason
from arena.runner import MemoryLog, Played, play_all
from arena.tournament import Pairing, fixture
from arena.words import WordMatcher
from arena.words.lists import load_list

ATTACKERS = ("direct", "hiding", "trigger")
DEFENDERS = ("honest", "detector", "evasive")
STARTED_AT = "2026-01-01T00:00:00+00:00"


@dataclass(frozen=True)
class Result:
    """How one match ended."""

    attacker: str
    defender: str
    word: str
    number: int
    reason: Reason
    turns: int


@dataclass(frozen=True)
class Claim:
    """What the agents must bear out, and the difference that says whether they do; it must lie above 0."""

    text: str
    difference: Estimate

    @property
    def holds(self) -> bool:
        """Whether the interval lies above 0."""
        return self.difference.interval.low > 0


def play(words: int, rounds: int, seed: int, language: Language = Language.ENGLISH) -> list[Result]:
    """Every pairing on the same words drawn from the easy list, `rounds` times."""
    rules = preset("paper", language=language, word_list=f"{language}-easy")
    dealt = random.Random(derive(str(seed), "words")).sample(sorted(load_list(rules.word_list).words), words)
    results: list[Result] = []
    fixtures = []
    known: dict[str, tuple[str, str, str, int]] = {}
    for attacker, defender in ((one, other) for one in ATTACKERS for other in DEFENDERS):
        pairing = Pairing(registry.agent(attacker), registry.agent(defender), is_pair=False)
        for word, number in ((word, number) for word in dealt for number in range(rounds)):
            master = derive_id(str(seed), attacker, defender, word, number)
            made = fixture(pairing, word, rules, master, STARTED_AT)
            known[made.match] = (attacker, defender, word, number)
            fixtures.append(made)

    def report(played: Played) -> None:
        results.append(Result(*known[played.match], played.verdict.reason, played.turns))

    asyncio.run(play_all(fixtures, MemoryLog(), WordMatcher(), registry.judges_for, report=report))
    return sorted(results, key=lambda result: (result.attacker, result.defender, result.word, result.number))


def claims(results: Sequence[Result], seed: int) -> tuple[Claim, ...]:
    """The three claims of the paper that the agents must bear out."""

    def outcomes(reason: Reason, keep: Callable[[Result], bool]) -> list[bool]:
        return [result.reason is reason for result in results if keep(result)]

    def more(reason: Reason, a: Callable[[Result], bool], b: Callable[[Result], bool]) -> Estimate:
        clusters = [result.word for result in results if a(result)]
        return paired_difference(outcomes(reason, a), outcomes(reason, b), clusters, seed=seed)

    def defends(name: str) -> Callable[[Result], bool]:
        return lambda result: result.defender == name

    def against_detector(name: str) -> Callable[[Result], bool]:
        return lambda result: result.attacker == name and result.defender == "detector"

    return (
        Claim("detector infers more than honest", more(Reason.INFERRED, defends("detector"), defends("honest"))),
        Claim(
            "direct is inferred by detector more than hiding",
            more(Reason.INFERRED, against_detector("direct"), against_detector("hiding")),
        ),
        Claim("honest is induced more than evasive", more(Reason.INDUCED, defends("honest"), defends("evasive"))),
    )


def table(results: Sequence[Result], seed: int) -> str:
    """The rates of every pairing as a Markdown table."""
    lines = ["| attacker | defender | inferred | induced | tie | turns |", "|---|---|---|---|---|---|"]
    for attacker, defender in ((one, other) for one in ATTACKERS for other in DEFENDERS):
        rows = [one for one in results if (one.attacker, one.defender) == (attacker, defender)]
        rates = [
            shown(clustered_rate([row.reason is reason for row in rows], [row.word for row in rows], seed=seed))
            for reason in (Reason.INFERRED, Reason.INDUCED, Reason.TIE)
        ]
        turns = sum(row.turns for row in rows) / len(rows)
        lines.append(f"| {attacker} | {defender} | {' | '.join(rates)} | {turns:.1f} |")
    return "\n".join(lines)


def main() -> int:
    """Print the table and the claims; 1 where a claim does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--language", type=Language, default=Language.ENGLISH)
    asked = parser.parse_args()
    results = play(asked.words, asked.rounds, asked.seed, asked.language)
    sys.stdout.write(f"{len(results)} matches on {asked.words} words, preset `paper`, seed {asked.seed}\n\n")
    sys.stdout.write(table(results, asked.seed) + "\n\n")
    borne_out = claims(results, asked.seed)
    for claim in borne_out:
        verdict = "holds" if claim.holds else "does NOT hold"
        sys.stdout.write(f"- {claim.text}: {shown(claim.difference, signed=True)}, {verdict}\n")
    return 0 if all(claim.holds for claim in borne_out) else 1


if __name__ == "__main__":
    sys.exit(main())

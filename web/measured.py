"""What `taboo leak` measured of a match that is over, as the page of the match says it: a line for each number."""

from collections.abc import Mapping

from arena.server.archive import MatchRecord
from arena.store.measures import Measured
from web.i18n import Words

LEAK = "leak"


def leaks(record: MatchRecord, tell: Words) -> Mapping[int, list[str]]:
    """The lines by the number of their event. Other measures, and those without a number, have none."""
    rows = {seq: [_line(it, tell) for it in found if _has_number(it)] for seq, found in record.measured.items()}
    return {seq: lines for seq, lines in rows.items() if lines}


def _has_number(measured: Measured) -> bool:
    return measured.source.measure == LEAK and isinstance(measured.reading.fact("log_p"), float)


def _line(measured: Measured, tell: Words) -> str:
    facts = measured.reading.to_json()
    place = "guess" if facts.get("as") == "guess" else "next"
    line = tell(
        f"match.leak_{place}", model=measured.source.model, log_p=f"{facts['log_p']:.2f}".replace("-", "\u2212")
    )
    for name, key in (("rank", "match.leak_rank"), ("among", "match.leak_among")):
        rank, whole = facts.get(name), facts.get(f"{name}_of")
        if isinstance(rank, int) and isinstance(whole, int):
            line += tell(key, rank=f"{rank:,}", whole=f"{whole:,}")
    return line

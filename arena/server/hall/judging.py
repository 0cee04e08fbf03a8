"""Asking the judges of a match, each within its time. One that fails or is late was unavailable, and never decides."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from arena.core.actions import Ruling
from arena.core.machine import NeedRuling
from arena.core.ports import Judge


async def rule(need: NeedRuling, judges: Mapping[str, Judge]) -> tuple[Ruling, ...]:
    """The rulings on the pending utterance, of those judges who gave one."""
    asked = [_ask(judges[spec.name], need) for spec in need.judges if spec.name in judges]
    return tuple(ruling for ruling in await asyncio.gather(*asked) if ruling is not None)


async def _ask(judge: Judge, need: NeedRuling) -> Ruling | None:
    with suppress(Exception):
        answer: object = await asyncio.wait_for(judge.rule(need.case), need.within_ms / 1000)
        return answer if isinstance(answer, Ruling) else None
    return None

"""What a server is tried with: each check is a function that makes one promise of the protocol good or breaks it."""

import asyncio
import time
from collections.abc import Sequence

from websockets.exceptions import InvalidHandshake

from arena.conformance.checks.frames import FRAMES
from arena.conformance.checks.line import PATIENCE
from arena.conformance.checks.meeting import MEETING
from arena.conformance.checks.probe import Check, Probe
from arena.conformance.checks.resuming import RESUMING
from arena.conformance.checks.secrets import SECRETS
from arena.conformance.checks.turns import TURNS
from arena.conformance.finding import DeviationError, Finding, SkippedError, Status
from arena.core.errors import UnknownNameError

CHECKS: tuple[Check, ...] = (*MEETING, *FRAMES, *TURNS, *RESUMING, *SECRETS)
"""Every check, in the order in which they are reported."""
AT_ONCE = 6
"""Checks that run at the same time: several wait for the server's clocks."""
LONGEST = 180.0
"""Seconds after which a check is given up."""

__all__ = ["CHECKS", "Check", "Probe", "checks_named", "try_server"]


def checks_named(names: Sequence[str]) -> tuple[Check, ...]:
    """These checks; all, where none is named. Raises UnknownNameError."""
    known = {it.name: it for it in CHECKS}
    for name in names:
        if name not in known:
            raise UnknownNameError("check", name, known=tuple(known))
    return tuple(it for it in CHECKS if not names or it.name in names)


async def try_server(
    server: str, token: str, other: str | None = None, checks: Sequence[Check] = CHECKS
) -> list[Finding]:
    """Try a server as the holder of a token; `other` is the token of a second account. One finding for each check."""
    probe, room = Probe(server, token, other), asyncio.Semaphore(AT_ONCE)

    async def one(check: Check) -> Finding:
        async with room:
            return await _try(check, probe)

    try:
        return list(await asyncio.gather(*(one(check) for check in checks)))
    finally:
        await probe.aclose()


async def _try(check: Check, probe: Probe) -> Finding:
    began = time.monotonic()
    status, problem = Status.PASSED, ""
    try:
        async with asyncio.timeout(LONGEST):
            await check.run(probe)
    except DeviationError as wrong:
        status, problem = Status.FAILED, str(wrong)
    except SkippedError as skipped:
        status, problem = Status.SKIPPED, str(skipped)
    except TimeoutError:
        status, problem = Status.FAILED, f"did not do in time what was due at once ({PATIENCE:g} s)"
    except (OSError, InvalidHandshake) as wrong:
        status, problem = Status.FAILED, f"could not be connected to: {wrong}"
    except (KeyError, TypeError, ValueError) as wrong:
        status, problem = Status.FAILED, f"answered in a form that cannot be read: {type(wrong).__name__} {wrong}"
    remedy = check.remedy if status is Status.FAILED else ""
    problems = (problem,) if problem else ()
    return Finding(check.name, check.promise, status, problems, remedy, time.monotonic() - began)

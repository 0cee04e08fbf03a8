"""Checks of going on: replay from every event, snapshots, and matches that ended meanwhile."""

from arena.conformance.checks.line import Line, Row
from arena.conformance.checks.probe import Check, Probe, Table
from arena.conformance.finding import require
from arena.core.verdict import Role

BEYOND = 1_000
"""A `seq` that no match here reaches."""


async def every_seq(probe: Probe) -> None:
    """A new connection resumes from each event, and is sent exactly those after it."""
    async with probe.table(Role.ATTACKER) as table:
        await table.plays(2)
        request = await table.hear("turn.request", only=lambda row: row["turn"] == 3)
        told = [(await table.hear("match.event"))["data"] for _ in range(5)]
        for after in range(-1, len(told)):
            async with probe.agent(table.name) as line:
                live = {it["match"]: it for it in line.ready["matches"]}
                require(table.match in live, "did not name the live match in `ready`")
                require(live[table.match]["seq"] == len(told) - 1, "named another newest event in `ready`")
                id_, events = await _resume(line, table, after)
                require(events == told[after + 1 :], f"replayed other events after event {after} than it had sent")
                resumed = (await line.answer_to(id_, "resumed"))["data"]
                counts = (resumed["seq"], resumed["replayed"], resumed["role"])
                wanted = (len(told) - 1, len(told) - 1 - after, table.role.value)
                require(counts == wanted, f"said {counts} in `resumed` instead of {wanted}")
                again = await line.hear("turn.request", match=table.match)
                _require_same_request(again["data"], request["data"])


async def _resume(line: Line, table: Table, after: int) -> tuple[str, list[Row]]:
    """Ask for what was missed; the events that came before `resumed`."""
    id_ = await line.say("resume", {"matches": [{"match": table.match, "seq": after}]})
    events: list[Row] = []
    while (row := await line.hear("match.event", "resumed", match=table.match))["type"] == "match.event":
        require(row["prev"] == row["seq"] - 1, "sent a `prev` that is not the event before")
        events.append(row["data"])
    line.keep(row)
    return id_, events


def _require_same_request(again: Row, first: Row) -> None:
    require(again["ms_left"] <= first["ms_left"], "gave a seat more time for having lost its connection")
    same = all(again[name] == first[name] for name in first if name != "ms_left")
    require(same, "asked for the turn again with other data")


async def goes_on(probe: Probe) -> None:
    """A seat that was taken up again plays to the end."""
    async with probe.table(Role.ATTACKER, turns=2) as table:
        await table.plays(1)
        async with probe.agent(table.name) as line:
            await _resume(line, table, 0)
            resumed = Table(table.person, line, table.name, table.match, table.role)
            await resumed.takes((await resumed.asked())["turn"], "hmm hmm")
            await resumed.person_acts("mhm mhm")
            await resumed.hear("match.end")


async def ahead(probe: Probe) -> None:
    """A client that knows events which do not exist is shown the match from its beginning."""
    async with probe.table(Role.ATTACKER) as table:
        await table.plays(1)
        told = [(await table.hear("match.event"))["data"] for _ in range(3)]
        async with probe.agent(table.name) as line:
            id_ = await line.say("resume", {"matches": [{"match": table.match, "seq": BEYOND}]})
            failed = await line.answer_to(id_, "resume_failed")
            require(failed["data"]["reason"] == "ahead", f"failed as {failed['data']['reason']!r} instead of 'ahead'")
            snapshot = (await line.hear("snapshot", match=table.match))["data"]
            require(snapshot["events"] == told, "showed other events in `snapshot` than it had sent")
            require(snapshot["role"] == table.role.value, "showed another role in `snapshot`")
            resumed = Table(table.person, line, table.name, table.match, table.role)
            await resumed.takes((await resumed.asked())["turn"], "hmm hmm")


async def ended(probe: Probe) -> None:
    """A match that ended while the client was away is told to its end."""
    async with probe.table(Role.DEFENDER) as table:
        await table.resigns()
        told = [(await table.hear("match.event"))["data"] for _ in range(3)]
        async with probe.agent(table.name) as line:
            require(not line.ready["matches"], "named a match in `ready` that is over")
            _, events = await _resume(line, table, 0)
            require(events == told[1:], "replayed other events of a match that is over than it had sent")
            await line.hear("match.end", match=table.match)


async def acts_after_loss(probe: Probe) -> None:
    """An action whose acknowledgement was lost is acknowledged again on another connection."""
    async with probe.table(Role.ATTACKER) as table:
        await table.asked()
        first = await table.ack(await table.act(1, "hmm", id_="kept"))
        async with probe.agent(table.name) as line:
            await _resume(line, table, -1)
            resumed = Table(table.person, line, table.name, table.match, table.role)
            again = await resumed.ack(await resumed.act(1, "hmm", id_="kept"))
            require(again["status"] == "duplicate", f"acknowledged a repeated id as {again['status']!r}")
            require(again["seq"] == first["seq"], "named another event for the same action")


RESUMING = (
    Check(
        "every-seq",
        "a resumption from any event replays exactly those after it, and asks again",
        "replay from the log, then `resumed`, then the `turn.request` where the seat is to move",
        every_seq,
    ),
    Check("goes-on", "a seat that was taken up again plays on", "let the new connection serve the seat", goes_on),
    Check("ahead", "a resumption from beyond the log gives a `snapshot`", "send `resume_failed` ahead first", ahead),
    Check("ended", "a match that is over is told to its end", "replay, then `resumed`, then `match.end`", ended),
    Check(
        "acts-after-loss",
        "an id is remembered beyond its connection",
        "keep acknowledgements with the match, not with the connection",
        acts_after_loss,
    ),
)

"""Checks of turns: acknowledgements, repeated and late actions, refusals, and giving up."""

import asyncio
from itertools import pairwise

from arena.conformance.checks.line import Row
from arena.conformance.checks.probe import Check, Probe, Table, fresh_name
from arena.conformance.finding import require
from arena.core.verdict import Role

QUEUE_SECONDS = 60.0
"""How long a lobby may take to find one of its own agents."""


async def challenge(probe: Probe) -> None:
    """A match from its offer to its end."""
    async with probe.table(Role.ATTACKER, turns=2) as table:
        await table.plays(2)
        end = (await table.hear("match.end"))["data"]
        require(end["verdict"]["reason"] == "tie", f"ended a match without a guess as {end['verdict']['reason']!r}")
        require(end["attacker"]["kind"] == "agent", f"called an agent {end['attacker']['kind']!r}")
        require(end["defender"]["kind"] == "person", f"called a person {end['defender']['kind']!r}")
        events = [await table.hear("match.event") for _ in range(6)]
        _require_dense(events)


async def queue(probe: Probe) -> None:
    """An agent that looks for a match finds one against the host's own agents, and plays it."""
    async with probe.agent() as line:
        wish = {"with_people": False, "rated": False, "preset": "spag"}
        id_ = await line.say("queue.join", wish)
        await line.answer_to(id_, "queue.joined")
        offers: list[str] = []
        while (start := await line.hear("match.offer", "match.start", within=QUEUE_SECONDS))["type"] == "match.offer":
            offers.append(start["data"]["offer"])
            await line.say("match.accept", {"offer": offers[-1]})
        require(start["data"]["offer"] in offers, "did not name the offer in `match.start`")
        table, events = Table(probe.own, line, "", start["match"], Role(start["data"]["role"])), []
        while True:
            row = await table.hear("turn.request", "match.event", "match.end")
            if row["type"] == "match.end":
                break
            if row["type"] == "match.event":
                events.append(row)
            else:
                await table.takes(row["turn"], f"hmm hmm {row['turn']}")
        _require_dense(events)


def _require_dense(events: list[Row]) -> None:
    """Every `seq` from 0, and `prev` always the one before."""
    seqs = [it["seq"] for it in events]
    require(seqs == list(range(len(seqs))), f"sent events numbered {seqs}")
    require(all(it["prev"] == it["seq"] - 1 for it in events), "sent a `prev` that is not the event before")
    require(all(it["data"]["seq"] == it["seq"] for it in events), "numbered an event otherwise in its data")
    ordered = all(before["data"]["at"] <= after["data"]["at"] for before, after in pairwise(events))
    require(ordered, "let match time run backwards")


async def leave_queue(probe: Probe) -> None:
    """Who stops looking is told so."""
    async with probe.agent() as line:
        await line.answer_to(await line.say("queue.join", {"with_agents": False}), "queue.joined")
        await line.answer_to(await line.say("queue.leave"), "queue.left")


async def offer_gone(probe: Probe) -> None:
    """Nobody accepts what was never offered."""
    async with probe.agent() as line:
        await line.require_error("offer_gone", await line.say("match.accept", {"offer": "nothing"}))
        await line.require_alive()


async def duplicate(probe: Probe) -> None:
    """The same id gets the same acknowledgement, now and later, and never acts twice."""
    async with probe.table(Role.ATTACKER) as table:
        await table.asked()
        first = await table.ack(await table.act(1, "hmm", id_="same"))
        require(first["status"] == "accepted", f"{first['status']} the first action of a match")
        again = await table.ack(await table.act(1, "hmm", id_="same"))
        other = await table.ack(await table.act(1, "something else", id_="same"))
        await table.person_acts("mhm")
        late = await table.ack(await table.act(1, "hmm", id_="same"))
        for ack in (again, other, late):
            require(ack["status"] == "duplicate", f"acknowledged a repeated id as {ack['status']!r}")
            require(ack["seq"] == first["seq"], f"named event {ack['seq']} for the action in event {first['seq']}")
        event = await table.hear("match.event", only=lambda row: row["seq"] == first["seq"])
        require(event["data"]["text"] == "hmm", "changed what was said when an id was repeated with other words")


async def two_at_once(probe: Probe) -> None:
    """Two different actions in one turn: the first counts."""
    async with probe.table(Role.ATTACKER) as table:
        await table.asked()
        ids = [await table.act(1, "hmm"), await table.act(1, "mhm")]
        first, second = [await table.ack(it) for it in ids]
        require(first["status"] == "accepted", f"{first['status']} the first of two actions")
        _require_harmless(second)


async def not_my_turn(probe: Probe) -> None:
    """An action while the other side is to move, and one for a turn to come."""
    async with probe.table(Role.DEFENDER) as table:
        _require_harmless(await table.ack(await table.act(1, "hmm")))
        await table.person_acts("mhm")
        await table.asked()
        _require_harmless(await table.ack(await table.act(2, "hmm")))
        await table.takes(1, "hmm")


async def stale(probe: Probe) -> None:
    """An action for a turn that is over."""
    async with probe.table(Role.ATTACKER) as table:
        await table.plays(1)
        require((await table.asked())["turn"] == 2, "asked for another turn than the second")
        ack = await table.ack(await table.act(1, "too late"))
        _require_harmless(ack)
        require(ack["reason"] == "stale_turn", f"rejected a late action as {ack['reason']!r} instead of 'stale_turn'")
        await table.takes(2, "hmm")


def _require_harmless(ack: Row) -> None:
    require(ack["status"] == "rejected", f"{ack['status']} an action that was not due")
    require(ack.get("attempts_left") is None, "counted a message out of turn against the seat")


async def refusals(probe: Probe) -> None:
    """An illegal action is refused once, and the second in a turn forfeits the match."""
    async with probe.table(Role.ATTACKER) as table:
        require((await table.asked())["refusals"] == 0, "counted a refusal before any action")
        ack = await table.ack(await table.act(1, "I guess", "anything"))
        require(ack["status"] == "rejected", f"{ack['status']} a guess by the attacker")
        require(ack["attempts_left"] == 1, f"left {ack['attempts_left']} attempts after the first refusal, not 1")
        require((await table.asked())["refusals"] == 1, "did not ask again with `refusals` 1")
        again = await table.ack(await table.act(1, ""))
        require(again["attempts_left"] == 0, f"left {again['attempts_left']} attempts after the second refusal, not 0")
        verdict = (await table.hear("match.end"))["data"]["verdict"]
        told = (verdict["reason"], verdict.get("cause"), verdict["winner"])
        require(told == ("forfeit", "refusals", "defender"), f"ended the match as {told}")


async def resigning(probe: Probe) -> None:
    """A seat gives up, and has nothing more to say."""
    async with probe.table(Role.DEFENDER) as table:
        verdict = (await table.resigns())["verdict"]
        require((verdict["reason"], verdict["winner"]) == ("resigned", "attacker"), f"ended the match as {verdict}")
        await table.line.require_error("no_seat", await table.act(1, "one more"))


async def by_http(probe: Probe) -> None:
    """The same action, sent again over HTTP under its key."""
    async with probe.table(Role.DEFENDER) as table:
        body, path = {"turn": (await table.person_view())["turn"], "text": "mhm"}, f"{table.path}/actions"
        key = {"Idempotency-Key": fresh_name()}
        several = await asyncio.gather(*(table.person.ask("POST", path, body, **key) for _ in range(3)))
        several.append(await table.person.ask("POST", path, body, **key))
        require(
            all(it.status_code == 200 for it in several),
            f"answered one action, sent several times, with {[it.status_code for it in several]}",
        )
        rows = [it.json() for it in several]
        require(len({row["seq"] for row in rows}) == 1, f"put one action into {[row['seq'] for row in rows]}")
        told = [row["status"] for row in rows]
        require(set(told) <= {"accepted", "duplicate"} and told[-1] == "duplicate", f"acknowledged it as {told}")
        require((await table.asked())["turn"] == 1, "did not ask the other seat")


TURNS = (
    Check(
        "challenge",
        "an agent is offered a seat, accepts it, and plays a match",
        "send `match.offer`, `match.start`, dense events, `turn.request`, `turn.ack` and `match.end`",
        challenge,
    ),
    Check(
        "queue",
        "`queue.join` leads to an offer against the host's own agents",
        "let agents that wait for nobody in particular play built-in ones",
        queue,
    ),
    Check("leave-queue", "`queue.leave` is answered by `queue.left`", "answer it, repeating its id", leave_queue),
    Check("offer-gone", "an unknown offer gets `error` offer_gone", "look the offer up", offer_gone),
    Check("duplicate", "the same id gets the same acknowledgement", "keep acknowledgements by seat and id", duplicate),
    Check("two-at-once", "the second action of a turn is rejected", "take one action a turn and seat", two_at_once),
    Check("not-my-turn", "an action out of turn changes nothing", "reject it; it must not count", not_my_turn),
    Check("stale", "a late action is rejected as `stale_turn` at once", "compare `turn` with the match", stale),
    Check(
        "refusals",
        "an illegal action leaves one attempt, the second forfeits",
        "set `attempts_left`, ask again with `refusals` raised, then end the match",
        refusals,
    ),
    Check("resigning", "`turn.resign` ends the match", "end it as `resigned`, and free the seat", resigning),
    Check(
        "by-http",
        "an action over HTTP may be sent again, even at once, under its key",
        "acknowledge every request of a key alike, those included that wait for the first",
        by_http,
    ),
)

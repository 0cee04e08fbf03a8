"""Scenarios in which the connection breaks: coming back, going on, and staying away."""

from arena.conformance.finding import DeviationError, require
from arena.conformance.scenarios.trial import Scenario, Trial
from arena.conformance.staged import StagedMatch
from arena.wire.closing import CLOSES, Close


async def dropped(trial: Trial) -> None:
    """The connection breaks in mid-turn, before the client was asked to move."""
    match = await trial.seat()
    await trial.guest.tell(*(row for row in trial.opening() if row["type"] == "match.event"))
    await trial.guest.keeps_up()
    await trial.guest.drop()
    await trial.resumes(match)
    await trial.finish(match)


async def lost_action(trial: Trial) -> None:
    """The action is lost with the connection: the server has never read it."""
    match = await trial.begin()
    lost = await trial.action(match)
    await trial.guest.drop()
    await trial.resumes(match)
    again = await trial.action(match)
    if again.id != lost.id:
        trial.guest.fault(f"sent the action again as {again.id!r}; the same turn keeps its id, {lost.id!r}")
    await trial.guest.tell(*trial.perform(match, again))
    await trial.finish(match)


async def lost_ack(trial: Trial) -> None:
    """The action is in the log, and the acknowledgement is lost with the connection."""
    match = await trial.begin()
    taken = await trial.action(match)
    trial.perform(match, taken)
    await trial.guest.drop()
    await trial.resumes(match)
    while (message := await trial.action(match)).turn == taken.turn:
        if message.id != taken.id:
            raise DeviationError(f"acted twice in turn {taken.turn}, as {taken.id!r} and {message.id!r}")
        await trial.guest.tell(*trial.perform(match, message))
    await trial.guest.tell(*trial.perform(match, message))
    await trial.finish(match)


async def ahead(trial: Trial) -> None:
    """The server was restored from a backup: the client knows events that do not exist any more."""
    match = await trial.begin()
    await trial.move(match)
    await trial.guest.keeps_up()
    trial.guest.heard()
    await trial.guest.drop()
    message = await trial.comes_back(match)
    restored = StagedMatch(match.id, match.role)
    restored.begin()
    await trial.guest.tell(*restored.snapshot(message.id))
    await trial.finish(restored)


async def draining(trial: Trial) -> None:
    """The server restarts: it says so, closes with 1012, and is not there at once."""
    match = await trial.begin()
    await trial.guest.tell({"type": "draining", "ts": 0, "data": {"seconds": 1.0}})
    await trial.guest.keeps_up()
    trial.guest.heard()
    trial.guest.refusals_left = 1
    await trial.guest.close(Close.RESTARTING, CLOSES[Close.RESTARTING].reason)
    await trial.resumes(match)
    require(not trial.guest.refusals_left, "came back before it could: the handshake was not refused")
    await trial.finish(match)


async def evicted(trial: Trial) -> None:
    """A newer connection has taken the seats: whoever comes back now throws that one out in turn, for ever."""
    await trial.guest.keeps_up()
    await trial.guest.close(Close.REPLACED, CLOSES[Close.REPLACED].reason)
    if not await trial.guest.stays_away(trial.stay_away):
        raise DeviationError("connected again after the close code 4009")


LOSING = (
    Scenario(
        "dropped",
        "comes back by itself after a lost connection, identifies, and resumes from the last event it saw",
        "connect again after a random wait, send `identify`, then `resume` with the last `seq` of each match",
        dropped,
    ),
    Scenario(
        "lost_action",
        "sends an action that was not acknowledged again, under the same id",
        "keep an action until its `turn.ack`, or its event, has come; after `resumed`, send it again as it was",
        lost_action,
    ),
    Scenario(
        "lost_ack",
        "acts once in a turn although the acknowledgement is lost",
        "take the event of your own action for its acknowledgement; send nothing new for that turn",
        lost_ack,
    ),
    Scenario(
        "ahead",
        "begins again from a `snapshot`",
        "on `resume_failed` with the reason `ahead`, forget the match and take the events of the `snapshot`",
        ahead,
    ),
    Scenario(
        "draining",
        "comes back after 1012, however often it is turned away",
        "on 1012 and on a refused handshake (503), try again after a random wait within a window that doubles",
        draining,
    ),
    Scenario(
        "evicted",
        "stays away after 4009",
        "end, and say that the agent runs somewhere else too; see the table of close codes",
        evicted,
    ),
)

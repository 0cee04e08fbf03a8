"""Agents served on the real server, a process of its own: many seats, kills, restarts, refusals."""

import asyncio
import signal

import pytest
from wire.served import real_server

from agents import sdk
from agents.sdk_errors import NotAgreedError, ReplacedError, TokenError
from arena.core.events import Acted, Finished, Left
from arena.core.replay import replay
from arena.core.verdict import Role

pytestmark = pytest.mark.slow


class Talker:
    """Plays either role without saying anything of use."""

    async def act(self, view):
        return f"what could part {view.turn} of this be about"


def check(matches, name, count):
    """Every match is whole and over, no action stands in it twice, and nobody lost it by the connection."""
    ours = [it for it in matches if name in (it[0].body.attacker.agent, it[0].body.defender.agent)]
    assert len(ours) == count
    for events in ours:
        assert [event.seq for event in events] == list(range(len(events)))
        assert isinstance(events[-1].body, Finished)
        assert not any(isinstance(event.body, Left) for event in events)
        for role in Role:
            turns = [it.body.turn for it in events if isinstance(it.body, Acted) and it.body.role is role]
            assert turns == list(range(1, len(turns) + 1))
        assert replay(events).verdict == events[-1].body.verdict


def test_sixteen_seats_play_sixteen_matches_over_one_connection(tmp_path):
    with real_server(tmp_path) as server:
        token = server.token("ann")
        busy = []
        score = asyncio.run(
            sdk.serve(
                Talker,
                server=server.url,
                token=token,
                name="parrot",
                matches=16,
                watch=lambda status: busy.append(status.busy),
            )
        )
        server.end(signal.SIGTERM)
        assert (score.played, score.crashes, score.late, score.lost_sight) == (16, 0, 0, 0)
        assert max(busy) > 1
        check(server.matches(), "ann/parrot", 16)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=lambda it: it.name)
def test_a_server_that_is_ended_in_mid_match_and_started_again_loses_and_doubles_nothing(how, tmp_path):
    class Waits(Talker):
        """In turn 3 the whole house waits until the server is gone."""

        here = 0
        all_here = server_is_back = None

        async def act(self, view):
            if view.turn == 3 and not Waits.server_is_back.is_set():
                Waits.here += 1
                if Waits.here == 4:
                    Waits.all_here.set()
                await Waits.server_is_back.wait()
            return await super().act(view)

    async def main(server, token):
        Waits.all_here, Waits.server_is_back, states = asyncio.Event(), asyncio.Event(), []
        away = asyncio.Event()

        def watch(status):
            states.append(status.state)
            if status.state is sdk.State.AWAY:
                away.set()

        playing = asyncio.ensure_future(
            sdk.serve(Waits, server=server.url, token=token, name="parrot", matches=4, seats=4, watch=watch)
        )
        await asyncio.wait(
            {playing, held := asyncio.ensure_future(Waits.all_here.wait())}, return_when="FIRST_COMPLETED"
        )
        assert held.done(), playing
        await asyncio.to_thread(server.end, how)
        await away.wait()
        await asyncio.to_thread(server.start)
        Waits.server_is_back.set()
        return await playing, states

    with real_server(tmp_path) as server:
        token = server.token("ann")
        score, states = asyncio.run(main(server, token))
        server.end(signal.SIGTERM)
        assert (score.played, score.crashes, score.late, score.lost_sight) == (4, 0, 0, 0)
        assert sdk.State.AWAY in states
        check(server.matches(), "ann/parrot", 4)


def test_a_second_run_of_an_agent_takes_over_and_another_instance_does_not(tmp_path):
    async def main(server, token):
        def run(instance):
            known, stop = asyncio.Event(), sdk.Stop()
            playing = sdk.serve(
                Talker,
                server=server.url,
                token=token,
                name="parrot",
                instance=instance,
                stop=stop,
                watch=lambda status: known.set() if status.player else None,
            )
            return asyncio.ensure_future(playing), known, stop

        first, first_known, _ = run("")
        await first_known.wait()
        other, other_known, other_stop = run("gpu-2")
        await other_known.wait()
        second, second_known, second_stop = run("")
        await second_known.wait()
        with pytest.raises(ReplacedError, match="give each its own --instance"):
            await first
        assert not other.done()
        for stop in (other_stop, second_stop):
            stop.press()
        return await asyncio.gather(other, second)

    with real_server(tmp_path) as server:
        scores = asyncio.run(main(server, server.token("ann")))
    assert [score.played for score in scores] == [0, 0]


def test_tokens_that_may_not_play_are_refused_with_what_to_do(tmp_path):
    with real_server(tmp_path) as server:
        for token, error, words in (
            ("taboo_wrong", TokenError, "wrong, expired or revoked"),
            (server.token("ann", scopes=("read",)), TokenError, "scope `play`"),
            (server.token("bob", agreed=False), NotAgreedError, "agree on its account page"),
        ):
            with pytest.raises(error, match=words):
                asyncio.run(sdk.serve(Talker, server=server.url, token=token, name="parrot"))

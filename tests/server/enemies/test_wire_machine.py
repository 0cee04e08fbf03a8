"""Two clients and a flaky network: whatever is lost, doubled, delayed or reordered, the log is the truth for both."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from server.enemies.peers import Peer
from serving import Served

from arena.core.verdict import Role
from arena.store import open_log

pytestmark = pytest.mark.slow
EXAMPLES = 8
SIDES = st.sampled_from(Role)
TEXTS = st.sampled_from(
    [
        "tell me more about your day",
        "I do not know yet",
        "that is a fine thing",
        "",
        "\u200b",
        "x" * 4000,
        "caf\u00e9 \u4f60\u597d",
    ]
)
GUESSES = st.sampled_from([None, None, None, "zebra", ""])


class Wire(RuleBasedStateMachine):
    """Rules are what clients and network do; the server is real, and serves one machine after the other."""

    served: Served
    tokens: dict[Role, str]

    def __init__(self) -> None:
        super().__init__()
        names = {Role.ATTACKER: "walker", Role.DEFENDER: "echo"}
        self.peers = {role: Peer(self.served.port, self.tokens[role], names[role], role) for role in Role}
        self.matches: list[str] = []

    @initialize()
    def arrive(self) -> None:
        for peer in self.peers.values():
            peer.connect()
        self._begin()

    def _begin(self) -> None:
        for role, peer in self.peers.items():
            assert peer.line is not None
            wish = {"role": role.value, "preset": "spag", "rated": False, "with_people": False}
            peer.line.send("queue.join", wish)
        for peer in self.peers.values():
            assert peer.line is not None
            peer.line.send("match.accept", {"offer": peer.until("match.offer")["data"]["offer"]})
        found = {peer.until("match.start")["match"] for peer in self.peers.values()}
        assert len(found) == 1
        self.matches += found
        for peer in self.peers.values():
            peer.settle()

    @property
    def match(self) -> str:
        return self.matches[-1]

    def _online(self) -> list[Peer]:
        return [it for it in self.peers.values() if it.line is not None]

    def _is_over_for_both(self) -> bool:
        return all(self.match in it.over and it.line is not None for it in self.peers.values())

    # --- what clients do ---

    @rule(side=SIDES, text=TEXTS, guess=GUESSES, late=st.sampled_from([0, 0, 0, 0, -1, 1, 50]))
    def write(self, side: Role, text: str, guess: str | None, late: int) -> None:
        """Answer the turn that was asked for, one that is over, or one to come."""
        peer = self.peers[side]
        turn = max(1, peer.asked.get(self.match, 1) + late)
        peer.write(self.match, turn, text, guess if side is Role.DEFENDER else None)

    @precondition(lambda self: any(self.match in it.asked and it.line for it in self.peers.values()))
    @rule(data=st.data(), text=TEXTS)
    def answer(self, data: st.DataObject, text: str) -> None:
        """Act at once where a turn is asked for, so that matches get somewhere."""
        peer = data.draw(st.sampled_from([it for it in self._online() if self.match in it.asked] or self._online()))
        if self.match in peer.asked and self.match in peer.newest:
            peer.write(self.match, peer.asked[self.match], text, None)
            peer.post(peer.outbox.pop())
            for it in self._online():
                it.settle()

    @precondition(lambda self: any(it.sent and it.line for it in self.peers.values()))
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Send an old action once more."""
        peer = data.draw(st.sampled_from([it for it in self._online() if it.sent]))
        peer.post(data.draw(st.sampled_from(list(peer.sent.values()))))
        peer.settle()

    @precondition(lambda self: any(self.match in it.asked for it in self.peers.values()))
    @rule(side=SIDES)
    def act_late(self, side: Role) -> None:
        """A turn that is over takes no action any more."""
        peer = self.peers[side]
        asked = peer.asked.get(self.match, 1)
        if peer.line is None or asked < 2 or self.match not in peer.newest or self.match in peer.over:
            return
        peer.write(self.match, asked - 1, "too late for this", None)
        letter = peer.outbox.pop()
        peer.post(letter)
        rows = [row for row in self._answers(peer) if row["data"].get("id") == letter.id]
        assert rows, "no answer to a late action"
        told = rows[-1]["data"]
        assert told.get("reason") in ("stale_turn", "ended") or told.get("code") == "no_seat", told

    def _answers(self, peer: Peer) -> list[dict]:
        """What the server says next about actions, heard as everything else is."""
        from json import loads

        assert peer.line is not None
        before = len(peer.line.raw)
        peer.settle()
        return [row for row in map(loads, peer.line.raw[before:]) if row["type"] in ("turn.ack", "error")]

    @precondition(lambda self: self._online() and len(self.matches) < 4)
    @rule(data=st.data(), chance=st.integers(0, 5))
    def resign(self, data: st.DataObject, chance: int) -> None:
        peer = data.draw(st.sampled_from(self._online()))
        if chance == 0 and peer.line is not None:
            peer.line.send("turn.resign", match=self.match)
            peer.settle()

    @precondition(lambda self: self._is_over_for_both() and len(self.matches) < 4)
    @rule()
    def play_again(self) -> None:
        self._begin()

    # --- what the network does ---

    @precondition(lambda self: any(it.outbox and it.line for it in self.peers.values()))
    @rule(data=st.data(), times=st.integers(1, 3), cut=st.booleans())
    def deliver(self, data: st.DataObject, times: int, cut: bool) -> None:
        """Any of what waits, in any order, once or more; the line may break before the answer comes."""
        peer = data.draw(st.sampled_from([it for it in self._online() if it.outbox]))
        letter = peer.outbox.pop(data.draw(st.integers(0, len(peer.outbox) - 1)))
        for _ in range(times):
            peer.post(letter)
        if cut:
            peer.drop(rudely=True)

    @precondition(lambda self: any(it.outbox for it in self.peers.values()))
    @rule(side=SIDES)
    def lose(self, side: Role) -> None:
        """What waited longest never arrives."""
        del self.peers[side].outbox[:1]

    @precondition(lambda self: self._online())
    @rule(data=st.data(), rudely=st.booleans())
    def drop(self, data: st.DataObject, rudely: bool) -> None:
        data.draw(st.sampled_from(self._online())).drop(rudely=rudely)

    @rule(side=SIDES, back=st.sampled_from([0, 0, 1, 3, 99, -7]))
    def come_back(self, side: Role, back: int) -> None:
        """Connect, though the old line may stand still, and resume from what was seen, earlier, or too far ahead."""
        peer = self.peers[side]
        peer.connect()
        peer.resume(self.match, max(-1, len(peer.seen[self.match]) - 1 - back))

    @precondition(lambda self: self._online())
    @rule(side=SIDES)
    def listen(self, side: Role) -> None:
        if self.peers[side].line is not None:
            self.peers[side].settle()

    # --- what always holds ---

    @invariant()
    def every_message_fits_the_models(self) -> None:
        for peer in self.peers.values():
            peer.check_messages()

    def teardown(self) -> None:
        """Everybody comes back and sees the whole match; then the log is compared with what each saw and was told."""
        try:
            for peer in self.peers.values():
                for match in self.matches:
                    if peer.line is None:
                        peer.connect()
                    peer.resume(match, -1)
                peer.check_messages()
            self._compare()
            for peer in self.peers.values():
                for match in self.matches:
                    if match not in peer.over and peer.line is not None:
                        peer.line.send("turn.resign", match=match)
                        peer.settle()
        finally:
            for peer in self.peers.values():
                if peer.line is not None:
                    peer.drop(rudely=False)

    def _compare(self) -> None:
        with open_log(self.served.database) as log:
            for match, events in zip(self.matches, log.iter_events(self.matches), strict=True):
                for peer in self.peers.values():
                    peer.check_log(match, events)
                    unseen = {it.seq for it in events} - set(peer.seen[match])
                    assert not unseen or min(unseen) > max(peer.seen[match]), "an event was never shown"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with Served(folder, message_rate=10_000, heartbeat_seconds=300) as it:
        yield it


def test_whatever_the_network_does_the_log_is_the_truth_for_both(served: Served):
    tokens = {Role.ATTACKER: served.member("alice"), Role.DEFENDER: served.member("bob")}
    machine = type("WireOfThisServer", (Wire,), {"served": served, "tokens": tokens})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    with open_log(served.database) as log:
        assert len(log.matches()) >= EXAMPLES

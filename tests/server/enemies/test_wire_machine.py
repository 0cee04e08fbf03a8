"""Two clients and a flaky network: whatever is lost, doubled, delayed or reordered, the log is the truth for both."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from server.enemies.peers import Peer
from serving import Served

from arena.core.verdict import Role
from arena.store import open_log

pytestmark = pytest.mark.slow
EXAMPLES = 15
SIDES = st.sampled_from(Role)
FINE = st.sampled_from(["tell me more about your day", "I do not know yet", "that is a fine thing"])
PLACES = st.integers(0, 7)
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
            peer.until("match.offer")  # and it is accepted
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

    # --- what clients do ---

    @rule(side=SIDES, text=TEXTS, guess=GUESSES, late=st.sampled_from([0, 0, 0, 0, -1, 1, 50]))
    def write(self, side: Role, text: str, guess: str | None, late: int) -> None:
        """Answer the turn that was asked for, one that is over, or one to come."""
        peer = self.peers[side]
        turn = max(1, peer.asked.get(self.match, 1) + late)
        peer.write(self.match, turn, text, guess if side is Role.DEFENDER else None)

    @rule(text=FINE, times=st.integers(1, 2))
    def answer(self, text: str, times: int) -> None:
        """Whoever is to move acts, so that matches get somewhere."""
        self._answer(text, times)

    @rule(text=FINE, times=st.integers(1, 4))
    def converse(self, text: str, times: int) -> None:
        """A calm moment: both are there, and the match goes on."""
        self.both_come_back()
        for _ in range(times):
            self._answer(text, 1)

    def _answer(self, text: str, times: int) -> None:
        for peer in self._online():
            peer.settle()
        acted = [it for it in self.peers[Role.ATTACKER].seen[self.match].values() if it["type"] == "acted"]
        peer = self.peers[Role.DEFENDER if len(acted) % 2 else Role.ATTACKER]
        if peer.line is None or self.match not in peer.newest or self.match in peer.over:
            return
        peer.write(self.match, peer.asked.get(self.match, 1), text, None)
        letter = peer.outbox.pop()
        for _ in range(times):
            peer.post(letter)
        for it in self._online():
            it.settle()

    @rule(side=SIDES, which=PLACES)
    def repeat(self, side: Role, which: int) -> None:
        """Send an old action once more."""
        peer = self.peers[side]
        if peer.line is not None and peer.sent:
            letters = list(peer.sent.values())
            peer.post(letters[which % len(letters)])
            peer.settle()

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
        told = peer.answer_to(letter)
        assert told.get("reason") in ("stale_turn", "ended") or told.get("code") == "no_seat", told

    @rule(side=SIDES, chance=PLACES)
    def resign(self, side: Role, chance: int) -> None:
        peer = self.peers[side]
        if chance == 0 and peer.line is not None:
            peer.line.send("turn.resign", match=self.match)
            peer.settle()

    @rule()
    def play_again(self) -> None:
        if all(self.match in it.over and it.line is not None for it in self.peers.values()):
            self._begin()

    # --- what the network does ---

    @rule(side=SIDES, which=PLACES, times=st.integers(1, 3), cut=st.booleans())
    def deliver(self, side: Role, which: int, times: int, cut: bool) -> None:
        """Any of what waits, in any order, once or more; the line may break before the answer comes."""
        peer = self.peers[side]
        if peer.line is None or not peer.outbox:
            return
        letter = peer.outbox.pop(which % len(peer.outbox))
        for _ in range(times):
            peer.post(letter)
        if cut:
            peer.drop(rudely=True)

    @rule(side=SIDES)
    def lose(self, side: Role) -> None:
        """What waited longest never arrives."""
        del self.peers[side].outbox[:1]

    @rule(side=SIDES, rudely=st.booleans())
    def drop(self, side: Role, rudely: bool) -> None:
        if self.peers[side].line is not None:
            self.peers[side].drop(rudely=rudely)

    @rule(side=SIDES, back=st.sampled_from([0, 0, 1, 3, 99, -7]))
    def come_back(self, side: Role, back: int) -> None:
        """Connect, though the old line may stand still, and resume from what was seen, earlier, or too far ahead."""
        peer = self.peers[side]
        peer.connect()
        peer.resume(self.match, max(-1, len(peer.seen[self.match]) - 1 - back))

    @rule()
    def both_come_back(self) -> None:
        for side, peer in self.peers.items():
            if peer.line is None or self.match not in peer.newest:
                self.come_back(side, 0)

    @rule(side=SIDES, back=PLACES)
    def look_again(self, side: Role, back: int) -> None:
        """Resume on a line that holds the seat already."""
        peer = self.peers[side]
        if peer.line is not None:
            peer.resume(self.match, max(-1, len(peer.seen[self.match]) - 1 - back))

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
            stateful_step_count=60,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate,),  # a run cannot be repeated exactly: the server has a life of its own
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    with open_log(served.database) as log:
        assert len(log.matches()) >= EXAMPLES

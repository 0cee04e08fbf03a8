"""A model server, a client and a network that breaks anywhere: nothing is lost, doubled or reordered."""

from collections import defaultdict, deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire.modelled import ModelServer, ServedMatch

from arena.core.actions import Action
from arena.core.ports import Resign
from arena.core.verdict import Reason, Role
from arena.wire.client import Client, Phase
from arena.wire.messages import AgentName, IdentifyData
from arena.wire.news import Effect, Happened, MatchEnded, MatchLost, MatchStarted, Send, TurnAsked, Unread

IDENTITY = IdentifyData(agent=AgentName(name="model"), seats=4)


class World:
    """A user with a client, a server, and all that is on its way between them."""

    def __init__(self, matches: int, role: Role) -> None:
        self.server = ModelServer(matches, role)
        self.now, self.run = 0, 0
        self.delivered: list[str] = []
        self.to_server: deque[str] = deque()
        self.begin_run()

    def begin_run(self) -> None:
        """The program starts anew and knows nothing."""
        self.client = Client(IDENTITY)
        self.run += 1
        self.is_up = False
        self.to_do: dict[tuple[str, tuple[int, int]], TurnAsked] = {}
        self.given: dict[tuple[str, tuple[int, int]], Action] = {}
        self.told: dict[type, dict[str, list]] = defaultdict(lambda: defaultdict(list))

    # --- what can happen ---

    def connect(self) -> None:
        if not self.is_up:
            self.is_up = True
            self.delivered.clear()
            self.server.connect()
            self.perform(self.client.connected(self.now))

    def cut(self) -> None:
        if self.is_up:
            self.is_up = False
            self.to_server.clear()
            self.server.to_client.clear()
            self.perform(self.client.lost(None, self.now, 0.5))

    def cut_after_sending(self) -> None:
        """All that the client sent arrives, and none of the answers."""
        while self.to_server and self.is_up:
            self.server.receive(self.to_server.popleft())
        self.cut()

    def to_the_client(self) -> None:
        if self.is_up and self.server.to_client:
            text = self.server.to_client.popleft()
            self.delivered.append(text)
            self.perform(self.client.receive(text, self.now))

    def to_the_server(self) -> None:
        if self.is_up and self.to_server:
            self.server.receive(self.to_server.popleft())

    def deliver_again(self) -> None:
        """Messages of this connection come once more, as a replay that overlaps would bring them."""
        if self.is_up and self.client.phase is Phase.READY:
            again = ("match.event", "turn.request", "turn.ack", "match.start", "resumed")
            for text in list(self.delivered)[-6:]:
                if any(f'"type": "{kind}"' in text for kind in again):
                    self.perform(self.client.receive(text, self.now))

    def flow(self) -> None:
        """Some messages arrive on both sides."""
        for _ in range(5):
            self.to_the_client()
            self.to_the_server()

    def answer(self) -> None:
        self.say(lambda asked: Action(f"run {self.run} turn {asked.turn}"))

    def answer_with_nothing(self) -> None:
        self.say(lambda _: Action(""))

    def say(self, words) -> None:
        if self.to_do:
            name, asked = self.to_do.popitem()
            self.given[name] = words(asked)
            self.perform(self.client.answer(asked, self.given[name]))

    def restart(self) -> None:
        self.cut_after_sending()
        self.begin_run()

    def wait(self) -> None:
        self.now += 400
        self.perform(self.client.tick(self.now))

    # --- what comes of it ---

    def perform(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                assert self.is_up, "nothing is sent without a connection"
                self.to_server.append(effect.text)
            elif isinstance(effect, TurnAsked):
                name = (effect.match, effect.key)
                assert effect.again == (name in self.to_do), "a turn is asked once, and again only while it is open"
                assert name not in self.given, "what was answered is not asked again"
                self.to_do[name] = effect
            elif isinstance(effect, Happened):
                self.told[Happened][effect.match].append((effect.seq, effect.event))
            elif isinstance(effect, MatchEnded | MatchStarted):
                self.told[type(effect)][effect.match].append(effect)
            else:
                assert not isinstance(effect, MatchLost), effect
                assert not isinstance(effect, Unread) or "no seat is held" in effect.problem, effect

    def settle(self) -> None:
        """From now on nothing goes wrong."""
        for _ in range(1000):
            self.connect()
            while self.server.to_client or self.to_server:
                self.to_the_client()
                self.to_the_server()
            if not self.to_do:
                return
            self.answer()
        raise AssertionError("it never ends")


STEPS = (
    World.connect,
    World.connect,
    World.flow,
    World.flow,
    World.to_the_client,
    World.to_the_client,
    World.to_the_server,
    World.answer,
    World.answer,
    World.answer_with_nothing,
    World.cut,
    World.cut_after_sending,
    World.deliver_again,
    World.restart,
    World.wait,
)


def check(world: World, name: str, match: ServedMatch) -> None:
    """Everything happened once, in order, and the client was told all of it."""
    assert match.verdict is not None
    turns = [action.turn for action in match.own_actions()]
    assert turns == sorted(set(turns)), "one action a turn"
    if match.verdict.reason is Reason.TIE:
        assert turns == [1, 2, 3], "no action was lost"
    if world.told[MatchEnded][name]:  # otherwise it ended in an earlier run of the program
        assert world.told[Happened][name] == list(enumerate(match.rows())), "each event once and in order"
        assert len(world.told[MatchEnded][name]) == len(world.told[MatchStarted][name]) == 1
        assert world.told[MatchEnded][name][0].verdict == match.verdict


@settings(max_examples=400, deadline=None)
@given(
    steps=st.lists(st.sampled_from(STEPS), min_size=40, max_size=120),
    matches=st.integers(1, 3),
    role=st.sampled_from(list(Role)),
)
def test_a_flaky_network_neither_loses_nor_doubles_an_action(steps, matches, role):
    world = World(matches, role)
    for step in steps:
        step(world)
    world.settle()
    assert world.client.live == ()
    for name, match in world.server.matches.items():
        check(world, name, match)


@settings(max_examples=200, deadline=None)
@given(steps=st.lists(st.sampled_from([it for it in STEPS if it is not World.restart]), min_size=30, max_size=80))
def test_a_program_that_lives_on_is_told_of_every_match_and_its_own_words_stand_in_the_log(steps):
    world = World(2, Role.DEFENDER)
    for step in steps:
        step(world)
    world.settle()
    for name, match in world.server.matches.items():
        assert len(world.told[MatchEnded][name]) == 1
        said = {(name, (body.turn, 0)): body.action for body in match.own_actions()}
        assert all(
            world.given.get(key, action) == action or world.given[key] == Action("") for key, action in said.items()
        )


@pytest.mark.parametrize("cuts", [(), (World.cut,), (World.cut_after_sending,)])
def test_a_resignation_is_said_until_the_match_is_over(cuts):
    world = World(1, Role.DEFENDER)
    world.connect()
    while world.server.to_client or world.to_server:
        world.to_the_client()
        world.to_the_server()
    (asked,) = world.to_do.values()
    world.to_do.clear()
    world.perform(world.client.answer(asked, Resign()))
    for cut in cuts:
        cut(world)
    world.settle()
    (match,) = world.server.matches.values()
    assert match.verdict is not None
    assert match.verdict.reason is Reason.RESIGNED
    assert len(world.told[MatchEnded]["m0"]) == 1

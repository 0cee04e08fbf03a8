"""One server for all tests of a module, and visitors with browsers."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from browsing import Browser, Page
from server.api.places import a_place
from server.asking import Place

from arena.core.actions import Action
from arena.core.hits import Language
from arena.core.machine import Act
from arena.core.verdict import Role
from arena.server.hall import LiveMatch
from arena.server.lobby import Terms
from arena.server.people import Account, Rank


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with a_place(tmp_path_factory.mktemp("place")) as place:
        yield place


@pytest.fixture
def visitor(place) -> Browser:
    return Browser(place)


@dataclass
class Town:
    """The server's people, and what they do without a browser."""

    place: Place

    def account(self, name: str) -> Account:
        found = self.place.do(lambda: self.place.house.people.find(name))
        assert found is not None
        return found

    def member(self, name: str) -> Browser:
        return Browser(self.place).register(name)

    def admin(self, name: str) -> Browser:
        browser = self.member(name)
        id_ = self.account(name).id
        self.place.do(lambda: self.place.house.people.promote(id_, Rank.ADMIN))
        return browser

    def open(
        self, name: str, role: Role = Role.ATTACKER, language: Language = Language.ENGLISH, *, is_private: bool = False
    ) -> LiveMatch:
        """A match of somebody against one of the host's own agents."""
        opponent = "honest" if role is Role.ATTACKER else "direct"
        account, terms = self.account(name), Terms(language=language)
        lobby = self.place.house.lobby
        return self.place.do(lambda: lobby.challenge(account, opponent, role, terms, is_private=is_private))

    def say(self, live: LiveMatch, role: Role, *texts: str) -> None:
        """Say these things, one a turn, as far as the match goes; `{word}` is the target."""

        async def talk() -> None:
            for number, text in enumerate(texts):
                async with live.watch() as watcher:
                    if live.view(role) is None:
                        async for _ in watcher:
                            if live.view(role) is not None:
                                break
                view = live.view(role)
                if view is None:
                    return
                said = Action(text.replace("{word}", live.opening.target))
                await live.act(Act(role, view.turn, f"say-{number}", said))

        self.place.do(talk)

    def resign(self, live: LiveMatch, role: Role) -> None:
        async def leave() -> None:
            await live.resign(role)
            await live.ended()

        self.place.do(leave)

    def leaked(self, name: str, before: str = "Tell me about your garden.", *, is_private: bool = False) -> LiveMatch:
        """A finished match in which somebody attacked, said something, and then the word."""
        live = self.open(name, is_private=is_private)
        self.say(live, Role.ATTACKER, before, "I never said {word}, did I?")
        self.place.do(live.ended)
        return live


@pytest.fixture(scope="module")
def town(place) -> Town:
    return Town(place)


@pytest.fixture(scope="module")
def alice(town) -> Browser:
    return town.member("alice")


@pytest.fixture(scope="module")
def boss(town) -> Browser:
    return town.admin("morgan")


@pytest.fixture(scope="module")
def match(town, alice) -> LiveMatch:
    """A finished match of alice's."""
    return town.leaked("alice")


@pytest.fixture(scope="module")
def pages(town, alice, boss, match) -> Callable[[str], dict[str, Page]]:
    """Every page in a language, by a name that tells who looks at it."""
    live = town.open("alice", Role.DEFENDER)
    public = ("/", "/register", "/login", "/guest", "/agreement", "/matches", "/agents", "/rules", "/api", "/lobby")
    shown = {
        None: (
            *public,
            f"/matches/{match.id}",
            f"/watch/{live.id}",
            "/agents/honest",
            "/agents/@alice",
            "/matches?player=nobody",
            "/rules?word=mouse&text=three+mice",
        ),
        alice: ("/", "/account", f"/matches/{match.id}", f"/play/{live.id}", f"/play/{match.id}", "/lobby", "/matches"),
        boss: ("/admin", "/admin/users", "/admin/reports", "/admin/matches", "/admin/words"),
    }

    def look(language: str) -> dict[str, Page]:
        found = {}
        for who, paths in shown.items():
            browser = Browser(town.place, dict(who.cookies) if who is not None else {}, language)
            for path in paths:
                found[f"{path} as {'nobody' if who is None else 'alice' if who is alice else 'boss'}"] = browser.get(
                    path
                )
        return found

    return look

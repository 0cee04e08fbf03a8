"""Pictures of every page: phone and wide, light and dark, some in Chinese, from a server that is started for it.

    python scripts/screenshots.py FOLDER [PART-OF-A-NAME ...]

Needs Chromium (or its path in TABOO_CHROMIUM) and `pip install 'taboo-arena[dev]'`. The server, its database and what
is played on it are thrown away.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx

CHROMIUM = os.environ.get("TABOO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"phone": 390, "wide": 1280}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PASSWORD = "a long enough password"


# --- a server with some life in it ------------------------------------------------------------------------------------


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a server of its own."""
    database = folder / "arena.db"
    _make_admin(database)
    with (folder / "diagnostics").open("wb") as diagnostics:
        running = subprocess.Popen(
            [sys.executable, "-m", "arena", "serve", "--port", "0", "--db", str(database)],
            stdout=subprocess.PIPE,
            stderr=diagnostics,
            text=True,
            env={**os.environ, "TABOO_PACE_MS": "0", "COLUMNS": "200", "NO_COLOR": "1"},
        )
        try:
            yield _address(running)
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(timeout=30)


def _make_admin(database: Path) -> None:
    command = [sys.executable, "-m", "arena", "people", "add", "morgan", "--admin", "--db", str(database)]
    subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, stdout=subprocess.DEVNULL)


def _address(running: "subprocess.Popen[str]") -> str:
    assert running.stdout is not None
    for line in running.stdout:
        if "is open at " in line:
            return line.partition("is open at ")[2].split()[0]
    raise RuntimeError("the server did not start; its diagnostics are in its folder")


class Visitor:
    """Somebody at the server, through its HTTP API."""

    def __init__(self, url: str, name: str) -> None:
        self._client = httpx.Client(base_url=f"{url}/api/v1", timeout=60)
        self.name = name
        self._csrf = ""

    def enter(self, path: str, **sent: object) -> "Visitor":
        """Come in, as a guest or with an account."""
        answer = self._client.post(path, json=sent).raise_for_status()
        self._csrf = answer.json()["csrf"]
        self.name = answer.json()["name"]
        return self

    def ask(self, method: str, path: str, sent: object = None, **headers: str) -> Any:  # noqa: ANN401 - any JSON
        """Ask for something. Raises httpx.HTTPStatusError."""
        given = {"X-CSRF-Token": self._csrf, **headers}
        answer = self._client.request(method, path, json=sent, headers=given).raise_for_status()
        return answer.json() if answer.content else None

    def open(self, opponent: str, role: str, language: str = "en", preset: str = "paper") -> str:
        """Open a match. Its id."""
        terms = {"language": language, "preset": preset}
        opened = self.ask("POST", "/lobby/challenges", {"opponent": opponent, "role": role, "terms": terms})
        return str(opened["match"])

    def play(self, match: str, lines: list[Callable[[dict[str, Any]], dict[str, Any]]]) -> None:
        """Say these lines, one a turn; each is made from what the seat sees."""
        for number, line in enumerate(lines):
            turn = self._turn(match)
            if turn is None:
                return
            sent = {"turn": turn["turn"], **line(turn)}
            self.ask("POST", f"/matches/{match}/actions", sent, **{"Idempotency-Key": f"line-{number}"})

    def _turn(self, match: str) -> dict[str, Any] | None:
        """What the seat is asked, as soon as it is; None once the match is over."""
        for _ in range(2000):
            try:
                turn = self.ask("GET", f"/matches/{match}/turn")
            except httpx.HTTPStatusError:
                return None
            if turn["is_to_move"]:
                view: dict[str, Any] = turn["view"]
                return view
        raise RuntimeError(f"match {match} does not go on")

    @property
    def cookies(self) -> list[Any]:
        """What a browser needs to be this visitor."""
        found = self._client.cookies.jar
        return [
            {"name": it.name, "value": it.value, "domain": it.domain.removesuffix(".local"), "path": it.path}
            for it in found
        ]


def say(text: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A line that is always the same; `{word}` is the target, where the seat knows it."""
    return lambda view: {"text": text.replace("{word}", view.get("target", "")), "guess": None}


def guess(word: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A guess."""
    return lambda _: {"text": "", "guess": word}


@dataclass
class Life:
    """Who is there, and what they have done."""

    url: str
    alice: Visitor
    admin: Visitor
    matches: dict[str, str] = field(default_factory=dict)


def enliven(url: str) -> Life:
    """Some people, some matches, some reports."""
    agreed = {"password": PASSWORD, "agreed": True}
    alice = Visitor(url, "alice").enter("/accounts", name="alice", **agreed)
    chinese = Visitor(url, "\u6797\u7b3c").enter("/accounts", name="\u6797\u7b3c", **agreed)
    admin = Visitor(url, "morgan").enter("/sessions", name="morgan", password=PASSWORD)
    admin.ask("POST", "/accounts/me/agreement")
    life = Life(url, alice, admin)
    calm = [say("Tell me about your garden."), say("And what do you keep in the kitchen?")]
    life.matches["leaked"] = alice.open("evasive", "attacker")
    alice.play(life.matches["leaked"], [*calm, say("I never said {word}, did I?")])
    life.matches["guessed"] = alice.open("hiding", "defender", preset="spag")
    alice.play(life.matches["guessed"], [say("That sounds like a quiet place."), guess("submarine")])
    life.matches["hostile"] = alice.open("honest", "attacker")
    hostile = "<script>alert(1)</script> \u202egnirts lanoitceridib\u202c and \u0007 a bell, with\nlines"
    alice.play(life.matches["hostile"], [*calm, say(hostile), say("Which tool do you reach for?")])
    _resign(alice, life.matches["hostile"])
    life.matches["chinese"] = chinese.open("honest", "attacker", "zh")
    asked = (
        "\u4f60\u65e9\u996d\u559c\u6b22\u5403\u4ec0\u4e48\uff1f",
        "\u5468\u672b\u4e00\u822c\u53bb\u54ea\u91cc\uff1f",
    )
    chinese.play(life.matches["chinese"], [*map(say, asked), say("\u6211\u6ca1\u8bf4\u8fc7{word}\u5427\uff1f")])
    for match, seq in ((life.matches["hostile"], 5), (life.matches["leaked"], 1)):
        chinese.ask(
            "POST", f"/matches/{match}/reports", {"seq": seq, "reason": "This is not a sentence, it is an attack."}
        )
    life.matches["live"] = alice.open("trigger", "defender")
    alice.play(life.matches["live"], [say("I had rather not say."), say("It depends on the weather.")])
    alice.ask("POST", "/tokens", {"label": "parrot on the lab machine", "scopes": ["play"], "days": 90})
    return life


def _resign(visitor: Visitor, match: str) -> None:
    try:
        visitor.ask("POST", f"/matches/{match}/resignation")
    except httpx.HTTPStatusError:
        return  # it ended by itself


# --- pictures ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shot:
    """One page: its name, its address, who looks at it, and what is done before the picture is taken."""

    name: str
    path: str
    who: Visitor | None = None
    language: str = "en"
    act: Callable[[Any], None] = lambda _: None


def shots(life: Life) -> list[Shot]:
    """Every page."""
    match, alice, admin = life.matches, life.alice, life.admin
    public = {
        "home": "/",
        "lobby-stranger": "/lobby",
        "register": "/register",
        "login": "/login",
        "guest": "/guest",
        "agreement": "/agreement",
        "matches": "/matches",
        "matches-none": "/matches?player=nobody",
        "match-leaked": f"/matches/{match['leaked']}",
        "match-hostile": f"/matches/{match['hostile']}",
        "agents": "/agents",
        "agent": "/agents/honest",
        "person": "/agents/@alice",
        "rules": "/rules",
        "rules-tried": "/rules?word=mouse&text=Three+blind+mice&language=en&form=inflection#try",
        "api": "/api",
        "error-404": "/nothing",
        "watch": f"/watch/{match['live']}",
    }
    mine = {
        "lobby": "/lobby",
        "account": "/account",
        "play": f"/play/{match['live']}",
        "play-over": f"/play/{match['guessed']}",
    }
    ruling = {
        name: f"/admin{'' if name == 'overview' else '/' + name}"
        for name in ("overview", "reports", "users", "matches", "words")
    }
    return [
        *(Shot(name, path) for name, path in public.items()),
        *(Shot(name, path, alice) for name, path in mine.items()),
        *(Shot(f"admin-{name}", path, admin) for name, path in ruling.items()),
        Shot("api-open", "/api", act=_open_route),
        Shot("error-403", "/login", act=_forget_the_visit),
        Shot("login-wrong", "/login", act=_log_in_wrongly),
        Shot("register-wrong", "/register", act=_register_wrongly),
        Shot("token", "/account", alice, act=_make_token),
        Shot("match-replay", f"/matches/{match['leaked']}", act=_step_back),
        *(
            Shot(f"zh-{name}", public[name], None, "zh")
            for name in (
                "home",
                "register",
                "matches",
                "agents",
                "agent",
                "rules",
                "agreement",
                "error-404",
                "lobby-stranger",
            )
        ),
        Shot("zh-match", f"/matches/{match['chinese']}", None, "zh"),
        Shot("zh-account", "/account", alice, "zh"),
        Shot("zh-play", f"/play/{match['live']}", alice, "zh"),
        Shot("zh-register-wrong", "/register", None, "zh", act=_register_wrongly),
    ]


def _send(page: Any) -> None:  # noqa: ANN401 - the driver's page
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.click("main form button")
    page.wait_for_load_state()


def _log_in_wrongly(page: Any) -> None:  # noqa: ANN401
    page.fill("#name", "alice")
    page.fill("#password", "not the password")
    _send(page)


def _register_wrongly(page: Any) -> None:  # noqa: ANN401
    page.fill("#name", "a b")
    page.fill("#password", PASSWORD)
    page.check("[name=agree]")
    _send(page)


def _open_route(page: Any) -> None:  # noqa: ANN401
    for route in ("get-api-v1-matches", "post-api-v1-lobby-challenges"):
        page.click(f"#{route} summary")


def _forget_the_visit(page: Any) -> None:  # noqa: ANN401
    page.context.clear_cookies(name="taboo_visit")
    _log_in_wrongly(page)


def _make_token(page: Any) -> None:  # noqa: ANN401
    page.fill("#label", "night shift")
    page.click("form[action='/account/tokens'] button")
    page.wait_for_selector("#secret")


def _step_back(page: Any) -> None:  # noqa: ANN401
    page.click("[data-go=back]")
    page.click("[data-go=back]")


def take(life: Life, folder: Path, wanted: list[str]) -> list[str]:
    """Take the pictures. What went wrong on the way: scripts that failed, policies that were broken, pages too wide."""
    from playwright.sync_api import sync_playwright

    wrong: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for shot in shots(life):
            if wanted and not any(part in shot.name for part in wanted):
                continue
            for device, width in WIDTHS.items():
                for theme in THEMES:
                    name = f"{shot.name}-{device}-{theme}"
                    context = browser.new_context(
                        viewport={"width": width, "height": 844 if device == "phone" else 800},
                        color_scheme=theme,
                        locale="zh-CN" if shot.language == "zh" else "en-GB",
                    )
                    context.add_cookies([*(shot.who.cookies if shot.who else []), *_wish(life.url, shot.language)])
                    wrong += [f"{name}: {it}" for it in _take(context, life.url, shot, folder / f"{name}.png")]
                    context.close()
        browser.close()
    return wrong


def _wish(url: str, language: str) -> list[Any]:
    host = re.sub(r"^http://|:\d+$", "", url)
    return [{"name": "taboo_lang", "value": language, "domain": host, "path": "/"}]


def _take(context: Any, url: str, shot: Shot, to: Path) -> list[str]:  # noqa: ANN401
    wrong: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda crash: wrong.append(str(crash)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(url + shot.path)
    page.wait_for_load_state("load")
    shot.act(page)
    page.locator("html.has-script").wait_for(state="attached")
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        wrong.append("is wider than the screen")
    page.screenshot(path=str(to), full_page=True)
    return wrong


def main() -> int:
    """Start a server, fill it, and take the pictures; 1 where a page went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("wanted", nargs="*", help="only pages with one of these in their names")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, serving(Path(scratch)) as url:
        wrong = take(enliven(url), given.folder, given.wanted)
    for problem in wrong:
        sys.stderr.write(problem + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

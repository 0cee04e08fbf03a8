"""What other sites, stolen cookies, guessed passwords and crafted links come to: nothing."""

from dataclasses import dataclass, field
from itertools import count, product
from statistics import median
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest
from browsing import PASSWORD, Browser
from server.api.places import a_place, admin, finished_match, member, open_match, played_match, program
from server.asking import ORIGIN, Place
from server.enemies.routes import FORM, SENT, Route, routes_of
from server.enemies.web_pages import inline_parts

from arena.server.callers import csrf_of
from arena.server.people import Scope

EVIL = "https://evil.example"
STRANGE = "does not come from a page of this server"


@dataclass(eq=False)
class Visitor(Browser):
    """A browser at an address of its own."""

    peer: str = field(default_factory=lambda: f"198.18.{next(_NUMBERS)}.1")

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return super().ask(method, path, peer=self.peer, **options)


_NUMBERS = count()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with a_place(tmp_path_factory.mktemp("place")) as place:
        yield place


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """A server that browsers reach over TLS under a name of its own."""
    with a_place(tmp_path_factory.mktemp("secure"), public_url="https://arena.test") as place:
        yield place


@pytest.fixture(scope="module")
def boss(place) -> Visitor:
    visitor = admin(place, "chief")
    return Visitor(place, {"taboo_session": visitor.session})


# --- requests that other sites send -----------------------------------------------------------------------------------


def unsafe(place: Place) -> list[Route]:
    return [it for it in routes_of(place.app) if it.method not in ("GET", "HEAD")]


def filled(path: str) -> str:
    """The path with something in every parameter."""
    for name in ("{name:path}", "{match}", "{id}", "{id_}", "{code}", "{token}", "{report}", "{seq}"):
        path = path.replace(name, {"{name:path}": "direct", "{report}": "1", "{seq}": "1"}.get(name, "0000"))
    return path


def ask(browser: Visitor, route: Route, csrf: str | None, headers: dict[str, str]):
    """The request of a page: a form, or what a script sends to the API."""
    if route.path.startswith("/api/"):
        sent = {} if csrf is None else {"X-Csrf-Token": csrf}
        options = {"json": SENT.get(route.path), "headers": {**sent, **headers, "Idempotency-Key": "k"}}
    else:
        options = {"data": {**FORM, **({} if csrf is None else {"csrf": csrf})}, "headers": headers}
    return browser.place.ask(route.method, filled(route.path), cookies=browser.cookies, **options)


def test_whatever_changes_something_is_refused_to_pages_of_other_sites(place, boss):
    csrf = boss.get("/").one("input", name="csrf").attributes["value"]
    attempts = [
        (csrf, {"Origin": EVIL}),
        (csrf, {"Origin": "null"}),
        (csrf, {"Origin": ORIGIN + ".evil.example"}),
        (csrf, {"Sec-Fetch-Site": "cross-site"}),
        (csrf, {"Sec-Fetch-Site": "same-site"}),
        (None, {"Origin": ORIGIN}),
        ("", {"Origin": ORIGIN}),
        ("0" * 64, {"Origin": ORIGIN}),
        (csrf[:-1], {"Origin": ORIGIN}),
    ]
    let_through = [
        (route.method, route.path, headers)
        for route in unsafe(place)
        for given, headers in attempts
        if ask(boss, route, given, headers).status_code != 403
    ]
    assert let_through == []
    assert boss.get("/account").status == 200


def test_a_visitor_without_a_session_is_not_led_by_other_sites_either(place):
    """Or they would be signed in to an account that is not theirs."""
    visitor = Visitor(place)
    csrf = visitor.get("/login").one("input", name="csrf").attributes["value"]
    for route in unsafe(place):
        answer = ask(visitor, route, csrf, {"Origin": EVIL})
        assert answer.status_code == 403, route
        assert "set-cookie" not in answer.headers or "taboo_session" not in answer.headers["set-cookie"]


def test_a_page_of_ours_is_not_refused_for_where_it_comes_from(place, boss):
    of_boss = place.do(lambda: place.house.people.session(boss.cookies["taboo_session"]))
    for route in unsafe(place):  # some of them end the session
        secret = place.do(lambda: place.house.people.open_session(of_boss.id))
        csrf = csrf_of(place.house, secret)
        browser = Visitor(place, {"taboo_session": secret})
        assert STRANGE not in ask(browser, route, csrf, {"Origin": ORIGIN}).text, route


def test_a_form_may_not_be_sent_as_another_sites_form_could_send_json(place, boss):
    csrf = boss.get("/").one("input", name="csrf").attributes["value"]
    body = f'{{"csrf": "{csrf}", "label": "x", "x": "='.encode()
    for kind in ("text/plain", "application/json", "multipart/form-data"):
        headers = {"Content-Type": kind, "Origin": ORIGIN}
        assert boss.ask("POST", "/account/tokens", content=body, headers=headers).status_code in (403, 422)


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_a_cookie_that_was_planted_opens_nothing_after_a_login(place):
    Visitor(place).register("fixated")
    planted = Visitor(place, {"taboo_session": "planted-by-somebody-else", "taboo_visit": "planted-too"})
    page = planted.send("/login", to=planted.get("/login"), name="fixated", password=PASSWORD)
    assert page.status == 303
    assert planted.cookies["taboo_session"] != "planted-by-somebody-else"
    thief = Visitor(place, {"taboo_session": "planted-by-somebody-else"})
    assert thief.get("/account").status == 303
    assert planted.get("/account").status == 200


def test_a_session_of_the_thief_that_was_planted_ends_when_the_victim_logs_in(place):
    Visitor(place).register("victim1")
    thief = Visitor(place).register("thief1")
    stolen = dict(thief.cookies)
    victim = Visitor(place, dict(stolen))
    assert victim.send("/login", to=victim.get("/login"), name="victim1", password=PASSWORD).status == 303
    assert victim.cookies["taboo_session"] != stolen["taboo_session"]
    assert Visitor(place, stolen).get("/account").status == 303


@pytest.mark.parametrize("way", ["/logout", "/account/leave"])
def test_a_session_is_dead_after_leaving(place, way):
    browser = Visitor(place).register(f"leaver{len(way)}")
    kept = dict(browser.cookies)
    assert Visitor(place, dict(kept)).get("/account").status == 200
    assert browser.send(way).status == 303
    assert "taboo_session" not in browser.cookies
    assert Visitor(place, kept).get("/account").status == 303
    assert place.ask("GET", "/api/v1/accounts/me", cookies=kept).status_code == 401


def test_a_new_password_ends_every_other_session(place):
    here = Visitor(place).register("changer")
    elsewhere = Visitor(place)
    assert elsewhere.send("/login", name="changer", password=PASSWORD).status == 303
    page = here.send("/account/password", to=here.get("/account"), old=PASSWORD, new=PASSWORD + " indeed")
    assert page.status == 303
    assert here.get("/account").status == 200
    assert elsewhere.get("/account").status == 303


# --- logging in -------------------------------------------------------------------------------------------------------


def log_in(place: Place, name: str, password: str, peer: str):
    sent = {"name": name, "password": password}
    return place.ask("POST", "/api/v1/sessions", json=sent, headers={"Origin": ORIGIN}, peer=peer)


def test_whoever_guesses_passwords_is_slowed_down_and_does_not_lock_the_owner_out(tmp_path):
    with a_place(tmp_path, login_attempts=4) as place:
        member(place, "olga")
        assert log_in(place, "olga", PASSWORD, "192.0.2.7").status_code == 201
        guesses = [log_in(place, "olga", "wrong password", f"198.51.100.{number}") for number in range(8)]
        assert [it.status_code for it in guesses[:4]] == [401] * 4
        refused = guesses[-1]
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert "failed logins" in refused.json()["detail"]
        assert log_in(place, "olga", PASSWORD, "192.0.2.7").status_code == 201


def test_one_address_that_tries_many_names_is_slowed_down(tmp_path):
    with a_place(tmp_path, login_attempts=4) as place:
        tried = [log_in(place, f"name{number}", "wrong password", "198.51.100.9").status_code for number in range(7)]
        assert tried[:4] == [401] * 4
        assert 429 in tried[4:]


def told(answer) -> tuple[int, str, list[str]]:
    names = sorted(name for name in answer.headers if not name.startswith("ratelimit"))
    return answer.status_code, answer.text, names


def test_a_wrong_login_does_not_tell_whether_the_name_exists(place):
    member(place, "known")
    barred = member(place, "barred")
    place.do(lambda: place.house.people.ban(barred.account.id, True))
    place.do(lambda: place.house.people.guest("visiting", True))
    answers = [
        log_in(place, name, "wrong password", "192.0.2.9") for name in ("known", "nobody9", "barred", "visiting")
    ]
    assert {it.status_code for it in answers} == {401}
    assert len({str(told(it)) for it in answers}) == 1


def test_a_wrong_login_takes_as_long_where_the_name_exists(place):
    member(place, "slowpoke")
    times: dict[str, list[float]] = {"slowpoke": [], "nobody8": []}
    for _ in range(9):
        for name, taken in times.items():
            taken.append(log_in(place, name, "wrong password", "192.0.2.10").elapsed.total_seconds())
    known, unknown = (median(taken) for taken in times.values())
    assert 1 / 3 < known / unknown < 3, times


def test_the_login_page_says_the_same_of_every_name(place):
    member(place, "pageknown")
    shown = []
    for name in ("pageknown", "pagenobod"):
        browser = Visitor(place, {"taboo_visit": "the-same-visit"})
        page = browser.send("/login", to=browser.get("/login"), name=name, password="wrong password")
        shown.append((page.status, page.html.replace(name, "NAME")))
    assert shown[0] == shown[1]


# --- cookies ----------------------------------------------------------------------------------------------------------


def cookies_of(place: Place) -> list[str]:
    """Every cookie that is ever set, in a visitor's journey from the first page to the last."""
    browser, found = Visitor(place), []
    origin = place.house.settings.public_url or ORIGIN

    def step(method: str, path: str, **fields: str) -> None:
        data = {**FORM, **fields, "csrf": csrf()} if method == "POST" else None
        found.extend(browser.ask(method, path, data=data, headers={"Origin": origin}).headers.get_list("set-cookie"))

    def csrf() -> str:
        answer = browser.ask("GET", "/register")
        found.extend(answer.headers.get_list("set-cookie"))
        return answer.text.split('name="csrf" value="')[1].split('"')[0]

    step("GET", "/?lang=zh")
    step("POST", "/preferences", theme="dark")
    step("POST", "/register", name="baker", password=PASSWORD)
    step("POST", "/account/password", old=PASSWORD, new=PASSWORD + "!")
    step("GET", "/account")
    step("POST", "/logout")
    step("POST", "/guest", nickname="passing")
    step("POST", "/login", name="baker", password=PASSWORD + "!")
    step("POST", "/account/leave")
    sent = {"name": "baker2", "password": PASSWORD, "agreed": True}
    answer = place.ask("POST", "/api/v1/accounts", json=sent, headers={"Origin": origin})
    return [*found, *answer.headers.get_list("set-cookie")]


def test_what_identifies_somebody_is_kept_from_scripts_and_other_sites(place):
    found = cookies_of(place)
    held = [it for it in found if it.startswith(("taboo_session", "taboo_visit"))]
    assert {it.partition("=")[0] for it in held} == {"taboo_session", "taboo_visit"}
    for cookie in held:
        assert "HttpOnly" in cookie, cookie
        assert "SameSite=lax" in cookie, cookie
        assert "Path=/" in cookie, cookie
        assert "Domain" not in cookie, cookie
    assert all("SameSite=lax" in it for it in found if "Max-Age=0" not in it)


def test_behind_tls_every_cookie_is_secure_and_the_secret_ones_are_bound_to_the_host(secure):
    found = cookies_of(secure)
    kept = [it for it in found if "Max-Age=0" not in it]
    assert all("Secure" in it for it in kept), kept
    names = {it.partition("=")[0] for it in found}
    assert {"__Host-taboo_session", "__Host-taboo_visit"} <= names
    assert not {"taboo_session", "taboo_visit"} & names
    assert all("Domain" not in it and "Path=/" in it for it in found if it.startswith("__Host-"))


def test_behind_tls_a_cookie_that_is_not_bound_to_the_host_opens_nothing(secure):
    visitor = member(secure, "tess")
    assert secure.ask("GET", "/api/v1/accounts/me", cookies={"taboo_session": visitor.session}).status_code == 401
    bound = {"__Host-taboo_session": visitor.session}
    assert secure.ask("GET", "/api/v1/accounts/me", cookies=bound).status_code == 200


# --- headers ----------------------------------------------------------------------------------------------------------

PAGE_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def every_page(place: Place, browser: Visitor):
    """Every answer to every GET, found and not found, for a person."""
    owner = member(place, f"keeper{len(browser.cookies)}")
    ids = {"{match}": [open_match(owner, terms={}), finished_match(owner), "none"], "{code}": ["none"]}
    for route in routes_of(place.app):
        if route.method == "GET" and not route.path.endswith("/stream") and "{file}" not in route.path:
            parameter = next((name for name in ids if name in route.path), "")
            for value in ids.get(parameter, [""]):
                path = filled(route.path.replace(parameter, value) if parameter else route.path)
                yield path, browser.ask("GET", path)
    for path in ("/nothing/here", "/static/none.css", "/matches/%00", "/admin/words?name=none", "/logout"):
        yield path, browser.ask("GET", path)
    yield "/login", browser.ask("POST", "/login", data={})


@pytest.mark.parametrize("who", ["nobody", "admin"])
def test_every_page_forbids_what_no_page_of_ours_does(place, boss, who):
    browser = boss if who == "admin" else Visitor(place)
    pages, statuses = 0, set()
    for path, answer in every_page(place, browser):
        assert answer.headers["x-content-type-options"] == "nosniff", path
        statuses.add(answer.status_code)
        if answer.headers.get("content-type", "").startswith("text/html"):
            pages += 1
            assert {name: answer.headers.get(name) for name in PAGE_HEADERS} == PAGE_HEADERS, path
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert inline_parts(answer.text) == [], path
            assert "no-store" in answer.headers["cache-control"], path
    assert pages > 10
    assert {200, 404} <= statuses
    assert max(statuses) < 500


# --- where links lead -------------------------------------------------------------------------------------------------

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/%0d%0aLocation: https://evil.example",
    "/\r\nSet-Cookie: taboo_session=planted",
    "evil.example",
    "@evil.example",
    "/\u2028/evil.example",
    "?next=//evil.example",
)


def leads_home(location: str) -> bool:
    """Whether a browser that follows it stays here: it takes backslashes for slashes, and passes over line breaks."""
    seen = location.replace("\\", "/").translate({ord(char): None for char in "\t\r\n"}).strip()
    target = urlsplit(urljoin(ORIGIN, seen))
    return target.scheme == "http" and target.netloc == urlsplit(ORIGIN).netloc


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_link_of_ours_leads_elsewhere(place, elsewhere):
    known = f"roamer{ELSEWHERE.index(elsewhere)}"
    browser = Visitor(place).register(known)
    for path in ("/agreement", "/preferences"):
        page = browser.send(path, next=elsewhere, back=elsewhere, agree="yes", theme="dark")
        assert page.status == 303
        assert leads_home(page.response.headers["location"]), path
    browser.send("/logout")
    for path, fields in (
        ("/login", {"name": known, "password": PASSWORD}),
        ("/guest", {"nickname": known[::-1], "agree": "yes"}),
        ("/register", {"name": known + "x", "password": PASSWORD, "agree": "yes"}),
    ):
        visitor = Visitor(place)
        form = visitor.get(f"{path}?next={quote(elsewhere)}")
        kept = [it.attributes["value"] for it in form.all("input", name="next")]
        assert all(leads_home(it) for it in kept), path
        assert all(leads_home(it.attributes["href"]) for it in form.all("a", href=None) if "href" in it.attributes)
        page = visitor.send(path, to=form, next=elsewhere, **fields)
        assert page.status == 303, page.text
        assert leads_home(page.response.headers["location"]), path
        assert "set-cookie: taboo_session=planted" not in str(page.response.headers).lower()


def test_an_admins_form_leads_back_to_admins_pages_only(place, boss):
    other = member(place, "ordinary").account
    for elsewhere in (*ELSEWHERE, "/admin//../..//evil.example", "/administer", "/admin\\@evil.example"):
        page = boss.send(f"/admin/users/{other.id}/rank", rank="member", back=elsewhere)
        assert page.status == 303
        assert leads_home(page.response.headers["location"])


# --- whose host -------------------------------------------------------------------------------------------------------


def hosts_told(secure: Place, cookies: dict[str, str], *paths: str) -> list[tuple[str, str]]:
    """The pages that repeat a host which some header made up, and that header."""
    found = []
    for path, header in product(paths, ("Host", "X-Forwarded-Host", "X-Original-URL", "Forwarded")):
        answer = secure.ask("GET", path, cookies=cookies, headers={"Accept": "text/html", header: "evil.example"})
        assert answer.status_code < 500, path
        if "evil.example" in answer.text + str(answer.headers):
            found.append((path, header))
    return found


@pytest.fixture(scope="module")
def hosted(secure) -> tuple[dict[str, str], str, str]:
    """Somebody's cookies, a match of theirs that is over, and their open seat."""
    visitor = member(secure, "hosty")
    by_program = program(secure, visitor.account, Scope.PLAY)
    seat = by_program.post("/lobby/seats", {"terms": {"preset": "spag"}}).json()["code"]
    return {"__Host-taboo_session": visitor.session}, finished_match(by_program), seat


def test_a_made_up_host_is_not_repeated_where_the_server_has_an_address(secure, hosted):
    cookies, match, seat = hosted
    paths = ("/", "/account", "/lobby", f"/watch/{match}", f"/seat/{seat}", "/nothing", "/matches", "/login", "/rules")
    assert hosts_told(secure, cookies, *paths) == []


@pytest.mark.parametrize("path", ["/api", "/matches/{match}", "/lobby/"])
def test_no_link_or_redirection_takes_its_host_from_the_request(secure, hosted, path):
    cookies, match, _ = hosted
    assert hosts_told(secure, cookies, path.format(match=match)) == []


# --- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "authorization", "bearer", "ticket", "session"])
def test_a_key_in_an_address_is_no_key(place, name):
    people = place.house.people
    holder = member(place, f"holder-{name.replace('_', '-')}")
    _, secret = place.do(lambda: people.issue_token(holder.account.id, "x", frozenset({"play", "read"}), 1))
    ticket = holder.post("/tickets").json()["ticket"]
    for value in (secret, f"Bearer%20{secret}", holder.session, ticket):
        for path in ("/api/v1/accounts/me", "/api/v1/tokens", "/api/v1/matches"):
            query = f"?{name}={value}" + ("&mine=true" if path.endswith("matches") else "")
            assert place.ask("GET", path + query).status_code == 401, path
        assert place.ask("GET", f"/account?{name}={value}", headers={"Accept": "text/html"}).status_code == 303


@pytest.mark.parametrize(
    "header", ["Basic {}", "bearer", "Bearer", "Bearer x", "Token {}", "{}", "Bearer {} {}", "Bearer {}\u00e9"]
)
def test_a_wrong_key_is_refused_and_never_passes_for_none(place, header):
    holder = member(place, f"keyed{abs(hash(header)) % 10**8}")
    _, secret = place.do(lambda: place.house.people.issue_token(holder.account.id, "x", frozenset({"read"}), 1))
    value = header.format(secret, secret).encode("latin-1")
    for path in ("/api/v1/accounts/me", "/api/v1/matches", "/api/v1/lobby"):
        assert place.ask("GET", path, headers={"Authorization": value}).status_code == 401


# --- too many ---------------------------------------------------------------------------------------------------------


def test_too_many_requests_are_told_which_limit_and_how_long(tmp_path):
    with a_place(tmp_path, requests_per_minute=6) as place:
        answers = [place.ask("GET", "/api/v1/rules") for _ in range(8)]
        assert [it.status_code for it in answers] == [200] * 6 + [429] * 2
        problem = answers[-1].json()
        assert 1 <= int(answers[-1].headers["retry-after"]) == problem["retry_after"] <= 60
        assert "requests" in problem["detail"]
        page = place.ask("GET", "/lobby", headers={"Accept": "text/html"})
        assert page.status_code == 429
        assert page.headers["content-type"].startswith("text/html")
        assert int(page.headers["retry-after"]) >= 1
        assert page.headers["x-frame-options"] == "DENY"
        assert place.ask("GET", "/api/v1/rules", peer="192.0.2.99").status_code == 200


def test_an_account_gains_nothing_by_many_addresses_and_an_address_little_by_many_keys(tmp_path):
    with a_place(tmp_path, requests_per_minute=6) as place:
        visitor = member(place, "mover")
        cookies = {"taboo_session": visitor.session}
        moved = [place.ask("GET", "/api/v1/rules", cookies=cookies, peer=f"192.0.2.{it}") for it in range(8)]
        assert [it.status_code for it in moved] == [200] * 6 + [429] * 2
        forged = [
            place.ask("GET", "/api/v1/rules", cookies={"taboo_session": f"guess-{it}"}, peer="192.0.2.200")
            for it in range(8)
        ]
        assert [it.status_code for it in forged] == [200] * 6 + [429] * 2


def test_accounts_are_not_made_by_the_thousand(place):
    sent = {"password": PASSWORD, "agreed": True}
    made = [
        place.ask("POST", "/api/v1/accounts", json={**sent, "name": f"mass{it}x"}, peer="203.0.113.5").status_code
        for it in range(22)
    ]
    assert made == [201] * 20 + [429] * 2


# --- other people's things --------------------------------------------------------------------------------------------


def test_no_form_reaches_other_peoples_things(place):
    owner, thief = member(place, "wealthy"), Visitor(place).register("burglar")
    token, secret = place.do(lambda: place.house.people.issue_token(owner.account.id, "x", frozenset({"read"}), 1))
    private, live = played_match(owner, is_private=True), open_match(owner, terms={}, is_private=True)
    public = played_match(owner)
    friend = member(place, "friend")
    wish = {"terms": {"preset": "spag"}, "reserved_for": f"@{friend.account.name}"}
    reserved = owner.post("/lobby/seats", wish).json()["code"]
    own = owner.post("/lobby/seats", {"terms": {"preset": "spag"}}).json()["code"]
    attempts = {
        f"/account/tokens/{token.id}/revoke": 404,
        f"/matches/{private}/reports": 404,
        f"/matches/{private}/redactions": 404,
        f"/matches/{public}/redactions": 404,
        f"/play/{live}/act": 404,
        f"/play/{live}/resign": 404,
        f"/play/{live}/rematch": 404,
        f"/play/{private}/rematch": 404,
        f"/play/{public}/rematch": 404,
        f"/seat/{reserved}/take": 404,
        f"/seat/{reserved}/withdraw": 404,
        f"/seat/{own}/withdraw": 404,
        f"/admin/users/{owner.account.id}/ban": 404,
        f"/admin/matches/{live}/abort": 404,
        f"/admin/matches/{public}/1/show": 404,
        "/admin/reports/1/outcome": 404,
    }
    fields = {name: value for name, value in FORM.items() if name != "csrf"}
    fields |= {"seq": str(spoken_by(owner, public))}
    answers = {path: thief.send(path, **fields).status for path in attempts}
    assert answers == attempts
    for path in (f"/matches/{private}", f"/watch/{live}", f"/play/{private}", f"/seat/{reserved}", "/admin"):
        assert thief.get(path).status == 404, path
    assert place.ask("GET", "/api/v1/tokens", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert place.house.hall.get(live) is not None
    assert owner.get(f"/lobby/seats/{own}").status_code == 200


def spoken_by(visitor, match: str) -> int:
    """An event in which the visitor, who defends, spoke."""
    events = visitor.get(f"/matches/{match}/events").json()["events"]
    return next(it["seq"] for it in events if it["type"] == "acted" and it["role"] == "defender")


def test_one_persons_queue_is_not_anothers(place):
    one, two = member(place, "queuer"), member(place, "other-queuer")
    assert one.post("/lobby/queue", {"terms": {"preset": "spag"}, "with_agents": False}).status_code == 201
    assert two.get("/lobby/queue").json() is None
    assert two.delete("/lobby/queue").status_code == 204
    assert one.get("/lobby/queue").json()["match"] is None
    assert one.get("/lobby/queue").json() is not None
    one.delete("/lobby/queue")

import re
from urllib.parse import quote

import pytest
from browsing import PASSWORD, Browser
from server.api.places import a_place

FORMS = (
    "/register",
    "/login",
    "/guest",
    "/logout",
    "/agreement",
    "/preferences",
    "/play-now",
    "/agents/honest/challenge",
    "/account/tokens",
    "/account/tokens/x/revoke",
    "/account/password",
    "/account/words",
    "/account/leave",
    "/matches/x/reports",
    "/matches/x/redactions",
    "/admin/users/x/ban",
    "/admin/users/x/rank",
    "/admin/matches/x/abort",
    "/admin/reports/1/outcome",
    "/admin/matches/x/1/show",
)


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_our_value_is_refused(boss, path):
    for given in ("", "0" * 64):
        page = boss.send(path, csrf=given)
        assert page.status == 403, path
        assert page.one("h1").text == "Not for you"


@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_another_site_is_refused(boss, path):
    csrf = boss.get("/").one("input", name="csrf").attributes["value"]
    answer = boss.ask("POST", path, data={"csrf": csrf}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_every_route_that_changes_something_is_among_these(place):
    from web.pages import routers

    routes = [route for router in routers() for route in router.routes if "POST" in getattr(route, "methods", ())]
    ours = [it for it in routes if it.endpoint.__module__.rpartition(".")[2] not in ("lobby", "play", "watch", "seat")]
    patterns = [re.compile(re.sub(r"\{[^}]+\}", "[^/]+", route.path) + "$") for route in ours]
    assert len(patterns) == len(FORMS)
    assert all(any(pattern.match(path) for path in FORMS) for pattern in patterns)


def test_a_value_of_somebody_elses_page_is_refused(place, alice):
    theirs = Browser(place).get("/").one("input", name="csrf").attributes["value"]
    assert alice.send("/account/leave", csrf=theirs).status == 403


# --- registering and logging in ---------------------------------------------------------------------------------------


def test_registering_lets_the_browser_in_and_goes_to_the_lobby(place):
    browser = Browser(place)
    page = browser.send("/register", name="nadia", password=PASSWORD, agree="yes")
    assert page.response.headers["location"] == "/lobby"
    assert "Welcome" in browser.follow(page).text
    assert "Welcome" not in browser.get("/lobby").text
    assert browser.get("/account").one("h1").text == "nadia"


@pytest.mark.parametrize(
    ("fields", "field", "text"),
    [
        ({"name": "a b"}, "name", "This name holds a space"),
        ({"name": "admin"}, "name", "keeps for itself"),
        ({"password": "short"}, "password", "This password has fewer than"),
        ({"agree": ""}, None, "Agree first"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_the_rest_is_kept(visitor, fields, field, text):
    page = visitor.send("/register", **{"name": "olga", "password": PASSWORD, "agree": "yes", **fields})
    assert page.status in (403, 422)
    assert text in page.text
    assert page.one("input", id="name").attributes["value"] == fields.get("name", "olga")
    assert "value" not in page.one("input", id="password").attributes
    if field is not None:
        wrong = page.one("input", id=field).attributes
        assert wrong["aria-invalid"] == "true"
        assert text in page.one("p", id=wrong["aria-describedby"].split()[-1]).text


def test_a_wrong_field_is_told_in_chinese_with_the_servers_sentence_beside(place):
    browser = Browser(place, language="zh")
    page = browser.send("/register", name="a b", password=PASSWORD, agree="yes")
    assert "这个名字不能用" in page.text
    assert "holds a space" in page.one("span", lang="en").text


def test_a_taken_name_is_told_beside_the_name(visitor, alice):
    page = visitor.send("/register", name="ALICE", password=PASSWORD, agree="yes")
    assert page.status == 409
    assert "is taken" in page.one("p", id="name-wrong").text


def test_a_wrong_password_and_a_wrong_name_read_the_same(visitor, alice):
    shown = [visitor.send("/login", name=name, password="not it at all") for name in ("alice", "nobody-at-all")]
    assert [page.status for page in shown] == [401, 401]
    first, second = (page.text.replace("nobody-at-all", "alice") for page in shown)
    assert first == second


def test_logging_in_goes_on_to_where_the_visitor_wanted(place, alice):
    browser = Browser(place)
    page = browser.send("/login", name="alice", password=PASSWORD, next="/account")
    assert page.response.headers["location"] == "/account"
    assert browser.follow(page).one("h1").text == "alice"


@pytest.mark.parametrize(
    "away", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/x"]
)
def test_logging_in_never_leads_away(place, alice, away):
    page = Browser(place).send("/login", name="alice", password=PASSWORD, next=away)
    assert page.response.headers["location"] == "/lobby"
    form = Browser(place).get(f"/login?next={quote(away, safe='')}")
    assert form.one("input", name="next").attributes["value"] == ""


def test_logging_in_changes_the_session(place, alice):
    browser = Browser(place)
    browser.send("/login", name="alice", password=PASSWORD)
    before = browser.cookies["taboo_session"]
    browser.send("/login", name="alice", password=PASSWORD)
    assert browser.cookies["taboo_session"] != before
    assert place.ask("GET", "/account", cookies={"taboo_session": before}).status_code in (303, 401)


def test_logging_out_ends_the_session(town):
    browser = town.member("rosa")
    session = browser.cookies["taboo_session"]
    page = browser.send("/logout")
    assert "You are logged out" in browser.follow(page).text
    assert "taboo_session" not in browser.cookies
    assert town.place.do(lambda: town.place.house.people.session(session)) is None


def test_a_guest_needs_only_a_nickname_and_the_agreement(place):
    browser = Browser(place)
    assert "Agree first" in browser.send("/guest", nickname="wanda").text
    assert browser.send("/guest", nickname="wanda", agree="yes").status == 303
    assert "You are a guest" in browser.get("/account").text


def test_whoever_has_not_agreed_is_asked_to_and_comes_back(place, town):
    account = place.do(lambda: place.house.people.register("stefan", PASSWORD, agreed=False))
    assert not account.has_agreed
    browser = Browser(place)
    browser.send("/login", name="stefan", password=PASSWORD)
    page = browser.get("/agreement?next=/rules")
    assert page.one("button", class_="primary").text == "I agree"
    assert browser.send("/agreement", to=page, next="/rules").response.headers["location"] == "/rules"
    assert town.account("stefan").has_agreed


def test_a_closed_server_says_so_and_takes_nobody(tmp_path):
    with a_place(tmp_path, registration="closed", guests=False) as place:
        browser = Browser(place)
        assert "takes no new accounts" in browser.get("/register").text
        assert "takes no guests" in browser.get("/guest").text
        assert browser.send("/register", name="tom", password=PASSWORD, agree="yes").status == 403
        assert browser.send("/guest", nickname="tom", agree="yes").status == 403
        assert browser.send("/play-now", nickname="tom", agree="yes", role="any").status == 403


# --- playing at once --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("role", ["attacker", "defender", "any"])
def test_a_stranger_is_at_the_table_with_one_form(place, role, language):
    browser = Browser(place)
    page = browser.send("/play-now", nickname="ulla", agree="yes", role=role, language=language)
    assert page.status == 303
    match = page.response.headers["location"].removeprefix("/play/")
    live = place.house.hall.get(match)
    assert live.opening.rules.language == language
    assert browser.follow(page).status == 200


@pytest.mark.parametrize(
    ("fields", "text"),
    [({"agree": ""}, "Agree first"), ({"nickname": "!"}, "This name"), ({"role": "judge"}, "Choose a side")],
)
def test_a_form_that_does_not_fit_is_shown_again_with_what_was_typed(place, fields, text):
    given = {"nickname": "vera", "agree": "yes", "role": "defender", "language": "zh", **fields}
    page = Browser(place).send("/play-now", **given)
    assert page.status in (403, 422)
    assert text in page.text
    assert page.one("input", id="nickname").attributes["value"] == given["nickname"]
    assert place.ask("GET", "/api/v1/accounts/me").status_code == 401


def test_an_agent_is_challenged_from_its_page(place, alice):
    page = alice.send("/agents/honest/challenge", role="attacker", language="en")
    assert page.response.headers["location"].startswith("/play/")


def test_a_person_is_challenged_by_a_seat_that_is_kept_for_them(town, alice):
    town.member("friend")
    page = alice.send("/agents/@friend/challenge", role="attacker", language="en")
    assert page.response.headers["location"].startswith("/seat/")
    assert alice.send("/agents/@friend/challenge", role="judge").status == 422


def test_a_role_that_an_agent_does_not_play_is_refused_on_its_page(alice):
    page = alice.send("/agents/honest/challenge", role="defender", language="en")
    assert page.status in (409, 422)
    assert page.one("h1").text == "honest"
    assert page.all("div", role="alert")


# --- bounds -----------------------------------------------------------------------------------------------------------


def test_a_form_that_is_too_long_or_of_another_kind_is_refused(place):
    browser = Browser(place)
    assert browser.send("/login", name="a" * 70_000, password="x").status == 422
    for content, kind in ((b"{}", "application/json"), (b"a=%ff", "application/x-www-form-urlencoded")):
        answer = browser.ask("POST", "/login", content=content, headers={"Content-Type": kind})
        assert answer.status_code == 422, kind


def test_half_a_character_in_a_form_is_refused(place):
    csrf = Browser(place).get("/").one("input", name="csrf").attributes["value"]
    for bad in ("%00", "%ED%A0%80"):
        browser = Browser(place)
        content = f"csrf={csrf}&name={bad}&password=x".encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        assert browser.ask("POST", "/login", content=content, headers=kind).status_code in (403, 422)

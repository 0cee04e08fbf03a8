"""What a visitor is shown when something goes wrong."""

import pytest
from browsing import PASSWORD, Browser, Page
from server.api.places import app_for
from server.asking import running

from arena.server.errors import FullError, ThrottledError
from web.headers import POLICY

TARGET = "umbrella"


@pytest.fixture(scope="module")
def troubled(tmp_path_factory):
    """A server with routes that go wrong."""
    app = app_for(tmp_path_factory.mktemp("troubled"))
    for name, error in {
        "bug": ValueError(f"the word is {TARGET}"),
        "full": FullError("live matches", 3),
        "often": ThrottledError("requests", 42),
    }.items():
        app.add_api_route(f"/{name}", _raiser(error))
    with running(app) as place:
        yield place


def _raiser(error):
    async def fail():
        raise error

    return fail


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("path", "status"), [("/bug", 500), ("/full", 503), ("/often", 429), ("/nothing", 404)])
def test_each_failure_has_its_page_with_all_headers(troubled, path, status, language):
    page = Browser(troubled, language=language).get(path)
    assert page.status == status
    assert page.response.headers["content-security-policy"] == POLICY
    assert page.response.headers["x-content-type-options"] == "nosniff"
    assert page.one("p", class_="error-number").text == str(status)
    assert page.one("a", class_="primary").attributes["href"] == "/"


def test_a_bug_tells_a_reference_and_nothing_else(troubled):
    page = Browser(troubled).get("/bug")
    assert len(page.one("code").text) == 12
    assert TARGET not in page.html
    assert "ValueError" not in page.html


def test_who_asks_too_often_is_told_when_to_come_back(troubled):
    page = Browser(troubled).get("/often")
    assert "Try again in 42 seconds" in page.text
    assert page.response.headers["retry-after"] == "42"


def test_a_method_that_a_page_does_not_know_is_refused(troubled):
    answer = Browser(troubled).ask("DELETE", "/rules")
    assert (answer.status_code, Page(answer).one("h1").text) == (405, "Not like this")


def test_a_key_that_is_not_valid_is_refused_and_led_nowhere(troubled):
    answer = Browser(troubled).ask("GET", "/", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401
    assert Page(answer).one("h1").text == "That did not work"


def test_whoever_has_not_agreed_is_led_to_the_agreement(place):
    place.do(lambda: place.house.people.register("anton", PASSWORD, agreed=False))
    browser = Browser(place)
    browser.send("/login", name="anton", password=PASSWORD)
    page = browser.send("/play/nothing/rematch")
    assert page.response.headers["location"].startswith("/agreement")
    assert browser.send("/play-now", role="any", language="en").status == 403
    assert browser.send("/play-now", role="any", language="en", agree="yes").status == 303
    assert browser.send("/play-now", role="any", language="en").status == 303


def test_a_banned_account_may_look_and_not_play(place, town):
    rude = town.member("rude")
    id_ = town.account("rude").id
    place.do(lambda: place.house.people.ban(id_, True))
    assert rude.get("/").status == 200
    assert rude.get("/account").status in (303, 403)

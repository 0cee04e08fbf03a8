import pytest
from browsing import PASSWORD, Browser


def test_a_token_is_shown_once_and_then_never_again(place, town):
    owner = town.member("tobias")
    page = owner.send("/account/tokens", label="night <shift>", scopes="play", days="30")
    secret = page.one("input", id="secret").attributes["value"]
    assert secret.startswith("taboo_")
    assert page.response.headers["cache-control"] == "no-store"
    assert place.do(lambda: place.house.people.token(secret)) is not None
    again = owner.get("/account")
    assert secret not in again.html
    assert "night <shift>" in again.text


def test_a_revoked_token_opens_nothing(place, town):
    owner = town.member("ulrich")
    page = owner.send("/account/tokens", label="old", scopes="read", days="7")
    secret = page.one("input", id="secret").attributes["value"]
    action = next(it.attributes["action"] for it in page.all("form") if it.attributes["action"].endswith("/revoke"))
    assert "opens nothing any more" in owner.follow(owner.send(action)).text
    assert place.do(lambda: place.house.people.token(secret)) is None
    assert "revoked" in owner.get("/account").one("tbody").text


def test_a_token_of_somebody_else_cannot_be_revoked(town, alice):
    owner = town.member("viktor")
    page = owner.send("/account/tokens", label="mine", scopes="play", days="7")
    action = next(it.attributes["action"] for it in page.all("form") if it.attributes["action"].endswith("/revoke"))
    assert alice.send(action).status == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"label": ""}, "label"), ({"scopes": ()}, "scopes"), ({"days": "x"}, "days"), ({"days": "9999"}, "days")],
)
def test_what_is_wrong_with_a_token_stands_beside_the_field(alice, fields, field):
    given = {"label": "parrot", "scopes": ("play", "read"), "days": "30", **fields}
    page = alice.send("/account/tokens", **given)
    assert page.status == 422
    assert page.one("p", id=f"{field}-wrong")
    assert page.one("input", id="label").attributes["value"] == given["label"]
    ticked = [it.attributes["value"] for it in page.all("input", name="scopes") if "checked" in it.attributes]
    assert tuple(ticked) == given["scopes"]


def test_only_an_admin_is_offered_the_admins_scope(alice, boss):
    assert not alice.get("/account").all("input", value="admin")
    assert boss.get("/account").all("input", value="admin")
    assert alice.send("/account/tokens", label="x", scopes="admin", days="7").status in (403, 422)


def test_a_new_password_lets_in_and_ends_the_other_browsers(place, town):
    here = town.member("walter")
    there = Browser(place)
    there.send("/login", name="walter", password=PASSWORD)
    assert there.get("/account").status == 200
    done = here.send("/account/password", old=PASSWORD, new="another long sentence")
    assert "Your password is changed" in here.follow(done).text
    assert here.get("/account").status == 200
    assert there.get("/account").status == 303
    assert Browser(place).send("/login", name="walter", password="another long sentence").status == 303


@pytest.mark.parametrize(
    ("old", "new", "field"), [("wrong", "another long sentence", "old"), (PASSWORD, "short", "new")]
)
def test_a_password_that_does_not_do_is_told_beside_the_field(alice, old, new, field):
    page = alice.send("/account/password", old=old, new=new)
    assert page.status == 422
    assert page.one("p", id=f"{field}-wrong")
    assert new not in page.html


def test_all_words_are_erased_after_a_confirmation(place, town):
    owner = town.member("xenia")
    live = town.leaked("xenia", "What I said is private.")
    assert owner.send("/account/words").status == 422
    assert "What I said" in Browser(place).get(f"/matches/{live.id}").text
    done = owner.send("/account/words", sure="yes")
    assert "is erased" in owner.follow(done).text
    assert "What I said" not in Browser(place).get(f"/matches/{live.id}").html


def test_a_match_under_way_is_offered_to_go_on(town):
    owner = town.member("yvonne")
    live = town.open("yvonne")
    page = owner.get("/account")
    assert page.one("a", href=f"/play/{live.id}").text == "Go on"


def test_leaving_everywhere_ends_every_session(place, town):
    here, there = town.member("zacharias"), Browser(place)
    there.send("/login", name="zacharias", password=PASSWORD)
    assert here.send("/account/leave").status == 303
    assert here.get("/account").status == there.get("/account").status == 303


def test_nobody_writes_on_an_account_that_is_not_signed_in(place):
    for path in ("/account/tokens", "/account/password", "/account/words", "/account/leave"):
        assert Browser(place).send(path, sure="yes").status in (303, 401)

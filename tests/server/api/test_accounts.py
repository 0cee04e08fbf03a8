"""Registering, signing in and out, tokens: over HTTP, as a browser and as a program."""

import pytest
from server.api.places import PASSWORD, Visitor, a_place, admin, banned, browser, guest, member, nobody, program

from arena.server.people import Rank, Scope


@pytest.fixture(scope="module")
def alice(place):
    return member(place, "alice")


def cookie_of(answer):
    return answer.cookies["taboo_session"]


def test_whoever_registers_is_signed_in_and_known(place):
    answer = nobody(place).post("/accounts", {"name": "newcomer", "password": PASSWORD, "agreed": True})
    assert answer.status_code == 201
    assert (answer.json()["name"], answer.json()["rank"], answer.json()["has_agreed"]) == ("newcomer", "member", True)
    visitor = Visitor(place, session=cookie_of(answer))
    assert visitor.get("/accounts/me").json() == answer.json()


def test_the_cookie_is_for_http_only_and_for_this_site(place):
    answer = nobody(place).post("/guests", {"nickname": "cookie"})
    parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=lax", "path=/"} <= parts
    assert "secure" not in parts


def test_behind_tls_the_cookie_is_secure_and_bound_to_the_host(tmp_path):
    with a_place(tmp_path, public_url="https://arena.test") as place:
        answer = nobody(place).post("/guests", {"nickname": "cookie"}, headers={"Origin": "https://arena.test"})
        assert answer.headers["set-cookie"].startswith("__Host-taboo_session=")
        assert "secure" in answer.headers["set-cookie"].lower()


def test_wrong_name_and_wrong_password_get_the_same_answer(place, alice):
    answers = [
        nobody(place).post("/sessions", {"name": name, "password": "not the right one"}) for name in ("alice", "nemo")
    ]
    assert [it.status_code for it in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


def test_signing_in_gives_a_fresh_session_and_ends_the_one_brought_along(place, alice):
    old = browser(place, alice.account)
    answer = old.post("/sessions", {"name": "alice", "password": PASSWORD})
    assert answer.status_code == 201
    assert cookie_of(answer) != old.session
    assert old.get("/accounts/me").status_code == 401
    assert Visitor(place, session=cookie_of(answer)).get("/accounts/me").status_code == 200


def test_signing_out_ends_the_session(place, alice):
    visitor = browser(place, alice.account)
    assert visitor.delete("/sessions/current").status_code == 204
    assert visitor.get("/accounts/me").status_code == 401


def test_signing_out_everywhere_ends_every_session_and_no_token(place):
    visitor, bystander = member(place, "leaver"), member(place, "stayer")
    other, bearer = browser(place, visitor.account), program(place, visitor.account, Scope.READ)
    assert bearer.delete("/sessions").status_code == 403
    assert other.get("/accounts/me").status_code == 200
    answer = visitor.delete("/sessions")
    assert answer.status_code == 204
    assert 'taboo_session=""' in answer.headers["set-cookie"]
    assert [it.get("/accounts/me").status_code for it in (visitor, other, bearer, bystander)] == [401, 401, 200, 200]


def test_a_changed_password_ends_every_other_session(place):
    visitor = member(place, "changer")
    other = browser(place, visitor.account)
    new = "an even longer sentence is better"
    answer = visitor.post("/accounts/me/password", {"old": PASSWORD, "new": new})
    assert answer.status_code == 200
    assert [it.get("/accounts/me").status_code for it in (visitor, other)] == [401, 401]
    assert Visitor(place, session=cookie_of(answer)).get("/accounts/me").status_code == 200
    assert nobody(place).post("/sessions", {"name": "changer", "password": new}).status_code == 201


def test_a_wrong_old_password_changes_nothing(place, alice):
    answer = alice.post("/accounts/me/password", {"old": "not the right one", "new": PASSWORD + "!"})
    assert (answer.status_code, answer.json()["field"]) == (422, "old")
    assert alice.get("/accounts/me").status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"name": "short", "password": "short"},
        {"name": "", "password": PASSWORD},
        {"name": "a\u0000b", "password": PASSWORD},
        {"name": "<b>bold</b>", "password": PASSWORD},
        {"name": "admin", "password": PASSWORD},
        {"name": "hiding", "password": PASSWORD},
        {"name": "okname", "password": PASSWORD, "rank": "admin"},
        {"name": "okname"},
    ],
)
def test_what_cannot_be_registered_names_the_field_and_quotes_no_password(place, sent):
    answer = nobody(place).post("/accounts", sent)
    assert answer.status_code in (409, 422), answer.text
    assert PASSWORD not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_half_a_character_is_refused(place):
    body = b'{"nickname": "\\ud800abc"}'
    answer = nobody(place).ask("POST", "/guests", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["field"]) == (422, "nickname")


def test_a_closed_server_registers_nobody_and_takes_no_guests(tmp_path):
    with a_place(tmp_path, registration="closed", guests=False) as place:
        answers = (
            nobody(place).post("/accounts", {"name": "newcomer", "password": PASSWORD}),
            nobody(place).post("/guests", {"nickname": "newcomer"}),
        )
        assert [it.status_code for it in answers] == [403, 403]


def test_agreeing_is_noted_once(place):
    visitor = member(place, "hesitant", agreed=False)
    assert visitor.post("/tickets").json()["title"] == "not agreed"
    assert visitor.post("/accounts/me/agreement").json()["has_agreed"] is True
    assert visitor.post("/tickets").status_code == 201


# --- what a browser must prove ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Csrf-Token": ""},
        {"X-Csrf-Token": "0" * 64},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_sites_page_changes_nothing(alice, headers):
    answer = alice.post("/tokens", {"label": "stolen"}, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (403, "forbidden")
    assert all(token["label"] != "stolen" for token in alice.get("/tokens").json())


def test_another_sites_page_signs_nobody_in(place, alice):
    answer = nobody(place).post(
        "/sessions", {"name": "alice", "password": PASSWORD}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_form_of_another_site_is_no_json(place):
    answer = nobody(place).ask(
        "POST", "/guests", content=b'{"nickname": "form"}', headers={"content-type": "text/plain"}
    )
    assert answer.status_code == 422


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_its_card_never_holds_it(alice):
    made = alice.post("/tokens", {"label": "parrot", "scopes": ["play", "read"], "days": 2}).json()
    assert made["secret"].startswith("taboo_")
    cards = alice.get("/tokens").text
    assert made["token"]["id"] in cards
    assert made["secret"] not in cards


def test_a_revoked_token_opens_nothing(place, alice):
    made = alice.post("/tokens", {"label": "gone", "scopes": ["read"]}).json()
    bearer = Visitor(place, alice.account, token=made["secret"])
    assert bearer.get("/accounts/me").status_code == 200
    assert alice.delete(f"/tokens/{made['token']['id']}").json()["revoked_at"] is not None
    assert bearer.get("/accounts/me").status_code == 401


def test_a_wrong_token_is_refused_even_where_nobody_need_be_known(place):
    for token in ("taboo_" + "x" * 40, "", "x y z"):
        answer = nobody(place).get("/lobby", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert token == "" or token not in answer.text


def test_another_way_of_authorization_is_refused(place):
    assert nobody(place).get("/lobby", headers={"Authorization": "Basic YTpi"}).status_code == 401


def test_a_token_makes_no_tokens_and_no_tickets(place, alice):
    bearer = program(place, alice.account, Scope.PLAY, Scope.READ)
    assert bearer.post("/tokens", {"label": "more"}).status_code == 403
    assert bearer.post("/tickets").status_code == 403
    assert bearer.post("/accounts/me/password", {"old": PASSWORD, "new": PASSWORD + "!"}).status_code == 403
    assert bearer.delete("/accounts/me/words").status_code == 403


def test_the_tokens_of_others_are_not_there(place, alice):
    bob = member(place, "tokenbob")
    made = alice.post("/tokens", {"label": "mine"}).json()["token"]["id"]
    theirs, unknown = bob.delete(f"/tokens/{made}"), bob.delete("/tokens/nope")
    assert (theirs.status_code, unknown.status_code) == (404, 404)
    assert theirs.json()["detail"].replace(made, "nope") == unknown.json()["detail"]
    assert bob.get("/tokens").json() == []


def test_only_admins_make_admin_tokens_and_guests_make_none(place, alice):
    wish = {"label": "all", "scopes": ["admin"]}
    assert alice.post("/tokens", wish).status_code == 403
    assert admin(place, "tokenboss").post("/tokens", wish).status_code == 201
    assert guest(place, "tokenguest").post("/tokens", {"label": "mine"}).status_code == 403


def test_an_admins_token_without_the_scope_is_no_admins(place):
    boss = admin(place, "halfboss")
    assert boss.account.rank is Rank.ADMIN
    assert program(place, boss.account, Scope.READ, Scope.PLAY).get("/admin/accounts").status_code == 403
    assert program(place, boss.account, Scope.ADMIN).get("/admin/accounts").status_code == 200


def test_whoever_was_shut_out_is_told_so_and_does_nothing(place):
    rude = banned(place)
    for answer in (rude.get("/tokens"), rude.post("/tokens", {"label": "mine"}), rude.post("/lobby/queue", {})):
        assert answer.status_code in (401, 403)
    assert nobody(place).post("/sessions", {"name": "rude", "password": PASSWORD}).json()["title"] == "banned"


def test_answers_about_somebody_are_never_kept(alice):
    assert alice.get("/accounts/me").headers["cache-control"] == "no-store"
    assert alice.get("/tokens").headers["cache-control"] == "no-store"

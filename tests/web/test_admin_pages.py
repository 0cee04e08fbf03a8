import pytest
from browsing import PASSWORD, Browser

from arena.core.verdict import Reason, Role
from arena.words.lists import load_list

CHANGES = (
    "/admin/users/x/ban",
    "/admin/users/x/rank",
    "/admin/matches/x/abort",
    "/admin/reports/1/outcome",
    "/admin/matches/x/1/show",
)


@pytest.mark.parametrize("path", CHANGES)
def test_nobody_else_does_what_admins_do(place, alice, path):
    assert alice.send(path, sure="yes").status == 404
    assert Browser(place).send(path, sure="yes").status in (303, 401)


def test_a_shut_out_account_is_out_at_once_and_may_come_back(place, town, boss):
    rude = town.member("rude")
    id_ = town.account("rude").id
    assert (
        boss.send(f"/admin/users/{id_}/ban", banned="yes", back="/admin/users?like=rude").response.headers["location"]
        == "/admin/users?like=rude"
    )
    assert rude.get("/account").status in (303, 403)
    assert "may not play here any more" in Browser(place).send("/login", name="rude", password=PASSWORD).text
    assert "shut out" in boss.get("/admin/users?like=rude").text
    boss.send(f"/admin/users/{id_}/ban", banned="no")
    assert Browser(place).send("/login", name="rude", password=PASSWORD).status == 303


def test_a_member_is_made_an_admin_and_back(town, boss):
    member = town.member("deputy")
    id_ = town.account("deputy").id
    boss.send(f"/admin/users/{id_}/rank", rank="admin")
    assert member.get("/admin").status == 200
    boss.send(f"/admin/users/{id_}/rank", rank="member")
    assert member.get("/admin").status == 404
    assert boss.send(f"/admin/users/{id_}/rank", rank="king").status == 422


def test_admins_do_not_lock_themselves_out(town, boss):
    id_ = town.account("morgan").id
    assert boss.send(f"/admin/users/{id_}/ban", banned="yes").status == 409
    assert boss.send(f"/admin/users/{id_}/rank", rank="member").status == 409
    assert boss.get("/admin").status == 200


def test_an_account_that_is_not_there_is_not_found(boss):
    assert boss.send("/admin/users/nobody/ban", banned="yes").status == 404
    assert boss.send("/admin/users/nobody/rank", rank="admin").status == 404
    assert boss.send("/admin/reports/9999/outcome", outcome="hide").status == 404
    assert boss.send("/admin/matches/nothing/abort", sure="yes").status == 404


def test_users_are_found_by_a_part_of_their_names(town, boss):
    town.member("quirin")
    page = boss.get("/admin/users?like=uiri")
    assert [" ".join(it.text.split()) for it in page.all("th", scope="row")] == ["quirin"]
    assert "Nobody has such a name" in boss.get("/admin/users?like=%3Cscript%3E").text


def test_a_live_match_is_ended_after_a_confirmation_and_its_word_is_not_shown(town, boss):
    town.member("bruno")
    live = town.open("bruno")
    page = boss.get("/admin/matches")
    assert f"/admin/matches/{live.id}/abort" in page.html
    assert live.opening.target not in page.text
    assert "bruno" not in page.text
    assert boss.send(f"/admin/matches/{live.id}/abort").status == 422
    assert boss.send(f"/admin/matches/{live.id}/abort", sure="yes").status == 303
    town.place.do(live.ended)
    assert live.verdict.reason is Reason.INFRASTRUCTURE


def test_the_words_page_counts_what_was_played(town, boss):
    town.member("clara")
    live = town.open("clara")
    town.resign(live, Role.ATTACKER)
    counts, path = {}, "/admin/words?name=en-easy"
    while path:
        page = boss.get(path)
        words, cells = [it.text for it in page.all("th", scope="row")], [it.text for it in page.all("td")]
        counts |= dict(zip(words, cells[::3], strict=True))
        path = next((it.attributes["href"] for it in page.all("a") if it.attributes.get("rel") == "next"), "")
    assert len(counts) == len(load_list("en-easy").words)
    assert int(counts[live.opening.target]) >= 1


def test_a_list_that_is_not_there_is_not_found_and_never_a_file(boss):
    for name in ("nothing", "/etc/hostname", "../en"):
        assert boss.get(f"/admin/words?name={name}").status == 404


def test_a_report_of_a_program_cannot_be_erased_but_hidden(place, town, alice, boss):
    live = town.leaked("alice", "Let us talk about rain.")
    said = next(event for event in live.events if event.to_json().get("role") == "defender")
    alice.send(f"/matches/{live.id}/reports", seq=str(said.seq), reason="odd")
    page = boss.get("/admin/reports")
    actions = [it.attributes["action"] for it in page.all("form") if it.attributes["action"].endswith("/outcome")]
    assert boss.send(actions[-1], outcome="redact").status == 409
    assert boss.send(actions[-1], outcome="burn").status == 422
    assert boss.send(actions[-1], outcome="dismiss").status == 303
    assert "Nothing waits" in boss.get("/admin/reports").text

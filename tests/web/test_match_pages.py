import json

import pytest
from browsing import Browser

from arena.core.hits import Language
from arena.core.verdict import Role
from arena.server.moderation import Moderation, Outcome

HOSTILE = "<script>alert(1)</script> \"><img src=x onerror=alert(2)> {{ 7 * 7 }} \u202egnirts\u202c \u0007 & 'q'"


def test_the_exact_characters_that_decided_are_marked(alice, match):
    page = alice.get(f"/matches/{match.id}")
    decisive = page.one("article", class_="is-decisive")
    assert decisive.text.count(match.opening.target) == 1
    assert [it.text for it in page.all("mark", class_="is-hit")] == [match.opening.target]
    assert "The attacker said the word" in page.text


def test_everything_said_is_there_without_scripts(place, match):
    page = Browser(place).get(f"/matches/{match.id}")
    said = [" ".join(it.text.split()) for it in page.all("p", class_="said-text")]
    assert said[0] == "Tell me about your garden."
    assert said[-1] == f"I never said {match.opening.target}, did I?"
    assert len(page.all("li", class_="transcript-line")) == len(said)
    assert all("hidden" not in it.attributes for it in page.all("li", class_="transcript-line"))


def test_the_opponents_kind_is_shown_afterwards(alice, match):
    page = alice.get(f"/matches/{match.id}")
    facts = page.one("dl", class_="match-facts").text
    assert "a program of this server" in facts
    assert "honest" in facts


def test_a_rematch_is_offered_to_who_played_and_to_nobody_else(place, alice, match):
    path = f"/play/{match.id}/rematch"
    assert alice.get(f"/matches/{match.id}").one("form", action=path)
    assert not Browser(place).get(f"/matches/{match.id}").all("form", action=path)


def test_the_link_and_the_transcript_are_those_of_the_match(place, match):
    browser = Browser(place)
    page = browser.get(f"/matches/{match.id}?report=1")
    assert page.one("input", id="link").attributes["value"].endswith(f"/matches/{match.id}")
    download = next(it.attributes["href"] for it in page.all("a") if "download" in it.attributes)
    line = browser.ask("GET", download).text.splitlines()[0]
    assert json.loads(line)["events"][0]["target"] == match.opening.target


def test_hostile_words_and_what_cannot_be_seen_are_shown_as_they_are(place, town):
    town.member("mallory")
    live = town.leaked("mallory", HOSTILE)
    page = Browser(place).get(f"/matches/{live.id}")
    shown = page.all("p", class_="said-text")[0].text
    assert shown == HOSTILE.replace("\u202e", "\u2039U+202E\u203a").replace("\u202c", "\u2039U+202C\u203a").replace(
        "\u0007", "\u2039U+0007\u203a"
    )
    assert "<img" not in page.html
    assert "alert(1)</script>" not in page.html


def test_a_hostile_search_is_escaped(visitor):
    for path in (
        "/matches?player=",
        "/rules?text=x&word=",
        "/login?next=/",
        "/agents/",
        "/matches/",
        "/rules?word=x&text=",
    ):
        page = visitor.get(path + "%3Cscript%3Ealert(1)%3C/script%3E%22%3E")
        assert "<script>alert" not in page.html, path
        assert 'alert(1)</script>">' not in page.html, path


def test_a_live_match_leads_to_where_it_is_watched_and_tells_no_word(place, town):
    town.member("lena")
    browser, paths = Browser(place), ("/", "/matches", "/agents/@lena", "/agents/honest")
    before = "".join(browser.get(path).html for path in paths if "@" not in path)
    live = town.open("lena")
    while live.opening.target in before:  # a word that the pages hold anyway would tell nothing
        live = town.open("lena")
    assert browser.get(f"/matches/{live.id}").response.headers["location"] == f"/watch/{live.id}"
    for path in paths:
        page = browser.get(path)
        assert live.opening.target not in page.html.split("Just finished")[0].replace(live.id, ""), path
    card = browser.get("/").one("article", class_="live-card")
    assert "lena" not in card.text
    assert "honest" not in card.text


def test_a_private_match_is_there_for_its_players_alone(place, town):
    player = town.member("petra")
    live = town.leaked("petra", is_private=True)
    assert player.get(f"/matches/{live.id}").status == 200
    assert Browser(place).get(f"/matches/{live.id}").status == 404
    for path in ("/matches?player=@petra", "/agents/@petra", "/"):
        assert live.id not in Browser(place).get(path).html
    assert live.id not in player.get("/agents/@petra").html


# --- the list ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("player=@alice", True),
        ("player=@alice&role=attacker", True),
        ("player=@alice&role=defender", False),
        ("player=honest", True),
        ("winner=defender&reason=leaked", True),
        ("winner=attacker", False),
        ("winner=nobody", False),
        ("language=en&preset=paper", True),
        ("language=zh", False),
        ("preset=spag", False),
        ("winner=nonsense&after=nonsense&role=x", True),
    ],
)
def test_the_list_shows_what_the_filters_ask_for(place, match, query, is_there):
    assert (f"/matches/{match.id}" in Browser(place).get(f"/matches?{query}").html) is is_there


def test_mine_are_mine(place, alice, match, town):
    other = town.member("quentin")
    assert match.id in alice.get("/matches?mine=yes").html
    assert match.id not in other.get("/matches?mine=yes").html
    assert match.id in Browser(place).get("/matches?mine=yes").html


def test_the_list_has_pages_that_keep_the_filters(place, town):
    town.member("ida")
    for _ in range(26):
        town.resign(town.open("ida"), Role.ATTACKER)
    browser = Browser(place)
    first = browser.get("/matches?player=@ida")
    assert len(first.all("tr")) == 26
    older = next(it.attributes["href"] for it in first.all("a") if it.attributes.get("rel") == "next")
    second = browser.get(older)
    assert len(second.all("tr")) == 2
    assert second.one("input", name="player").attributes["value"] == "@ida"
    assert not [it for it in second.all("a") if it.attributes.get("rel") == "next"]
    assert (
        next(it for it in second.all("a") if it.attributes.get("rel") == "prev").attributes["href"]
        == "/matches?player=%40ida"
    )


# --- reports, and words taken back ------------------------------------------------------------------------------------


def test_a_report_reaches_the_admins_and_hiding_hides(place, town, alice, boss, match):
    reporter = town.member("rudi")
    page = reporter.get(f"/matches/{match.id}?report=1")
    assert "selected" in page.one("option", value="1").attributes
    done = reporter.send(f"/matches/{match.id}/reports", to=page, seq="1", reason="It is <b>rude</b>")
    assert "An admin will look at it" in reporter.follow(done).text
    waiting = boss.get("/admin/reports")
    assert "It is <b>rude</b>" in waiting.text
    action = next(it.attributes["action"] for it in waiting.all("form") if it.attributes["action"].endswith("/outcome"))
    assert boss.send(action, to=waiting, outcome="hide").status == 303
    hidden = Browser(place).get(f"/matches/{match.id}")
    assert "Tell me about your garden." not in hidden.html
    assert "hidden by the host" in hidden.text
    assert "hidden" in boss.get("/admin/reports?status=decided").text
    assert boss.send(f"/admin/matches/{match.id}/1/show").status == 303
    assert "Tell me about your garden." in Browser(place).get(f"/matches/{match.id}").text


def test_a_report_without_a_reason_keeps_the_choice(alice, match):
    page = alice.send(f"/matches/{match.id}/reports", seq="3", reason="  ")
    assert page.status == 422
    assert "Say in a few words" in page.one("p", id="reason-wrong").text
    assert "selected" in page.one("option", value="3").attributes


def test_strangers_do_not_report(place, match):
    assert Browser(place).send(f"/matches/{match.id}/reports", seq="1", reason="x").status != 200


def test_what_somebody_said_can_be_erased_by_them_alone(place, town, alice):
    owner = town.member("erik")
    live = town.leaked("erik", "My address is a secret.")
    assert alice.send(f"/matches/{live.id}/redactions", seq="1", sure="yes").status == 404
    assert owner.send(f"/matches/{live.id}/redactions", seq="1").status == 422
    done = owner.send(f"/matches/{live.id}/redactions", seq="1", sure="yes")
    assert "The words are erased" in owner.follow(done).text
    page = Browser(place).get(f"/matches/{live.id}")
    assert "My address" not in page.html
    assert "were erased at the wish" in page.text


def test_a_hidden_word_is_not_in_the_sentence_that_tells_the_end(place, town, alice):
    town.member("hanna")
    live = town.leaked("hanna")
    house, account = place.house, town.account("alice")
    seq = next(event.seq for event in reversed(live.events) if event.to_json()["type"] == "acted")
    report = place.do(lambda: Moderation(house.log).report(account, live.id, seq, "x"))
    place.do(lambda: Moderation(house.log).decide(report.id, Outcome.HIDE))
    page = Browser(place).get(f"/matches/{live.id}")
    assert page.status == 200
    assert "did I?" not in page.html


# --- players ----------------------------------------------------------------------------------------------------------


def test_a_players_page_tells_the_record_with_its_interval(place, alice, match):
    page = Browser(place).get("/agents/@alice")
    card = page.one("article", class_="attacker").text
    assert "95% interval: 0 to" in card
    assert match.id in page.html


def test_a_player_who_never_played_is_told_so(place, town):
    town.member("newcomer")
    page = Browser(place).get("/agents/@newcomer")
    assert page.status == 200
    assert "No finished match as Attacker yet" in page.text


def test_every_agent_of_the_house_has_a_card_in_both_languages(place):
    names = place.house.settings.agents
    for language in Language:
        page = Browser(place, language=language.value).get("/agents")
        cards = page.all("article", class_="agent-card")
        assert [name for name in names if not any(name in card.text for card in cards)] == []

"""Classifiers behind an address, on a real server: what it may answer, and what is said when it does not."""

import pytest
from attack_servers import said, serving
from attacks_doubles import Swapping

from attacks.core.errors import VictimError, VictimGoneError
from attacks.core.ports import Capability
from attacks.engine import Engine, Example, Status
from attacks.engine.answers import AnswersFile
from attacks.testing import Linear, check_victim
from attacks.victims.endpoint import Endpoint, shown_address
from attacks.victims.errors import VictimMissingError
from attacks.victims.http import HttpVictim


def scores(asked):
    return said({"probabilities": Linear().predict(asked.json["texts"]).tolist(), "version": "1"})


def labels(asked):
    return said({"labels": Linear().predict(asked.json["texts"]).argmax(axis=1).tolist(), "classes": 2})


@pytest.mark.parametrize(("answer", "can"), [(scores, {Capability.SCORES}), (labels, set())])
def test_a_server_keeps_the_laws_of_victims(answer, can):
    with serving(answer) as served:
        opened = HttpVictim.open(f"{served.url}/classify")
        check_victim(opened).require()
        assert opened.can == can
        assert opened.classes == 2
        assert served.asked[0].json == {"texts": ["a text"]}


def test_an_address_may_be_written_without_its_scheme_and_a_token_goes_into_a_header(monkeypatch):
    monkeypatch.setenv("TABOO_HTTP_TOKEN", "sesame")
    with serving(scores) as served:
        HttpVictim.open(served.url.removeprefix("http:"))
        assert served.asked[0].headers["authorization"] == "Bearer sesame"


def test_the_fingerprint_is_of_the_address_and_the_version():
    with serving(scores) as served, serving(labels) as other:
        one, same = HttpVictim.open(f"{served.url}/a"), HttpVictim.open(f"{served.url}/a")
        assert one.fingerprint == same.fingerprint
        assert (
            len({it.fingerprint for it in (one, HttpVictim.open(f"{served.url}/b"), HttpVictim.open(other.url))}) == 3
        )
        asking = [HttpVictim.open(f"{served.url}/a?model={name}") for name in ("small", "large")]
        assert len({it.fingerprint for it in (one, *asking)}) == 3
        assert {it.name for it in asking} == {one.name}, "a query may hold a secret and is not shown"


def test_a_version_that_changes_on_the_way_is_an_error():
    versions = iter("12")
    with serving(lambda asked: said({"probabilities": [[0.5, 0.5]], "version": next(versions)})) as served:
        opened = HttpVictim.open(served.url)
        with pytest.raises(VictimError, match="is now version '2' and was '1'"):
            opened.predict(["a"])


def test_a_busy_server_is_asked_again_as_long_after_as_it_wishes():
    answers = iter(
        [said("", 503), said("slow down", 429, Retry_After="3"), said("", 500, Retry_After="soon"), said({})]
    )
    waits = []
    with serving(lambda asked: next(answers)) as served:
        assert Endpoint(served.url, sleep=waits.append).ask({}) == {}
    assert waits == [0.5, 3.0, 2.0]


def test_a_server_that_is_gone_is_asked_once_a_question_until_it_answers():
    waits, codes = [], [503, 503, 503, 200, 503]
    with serving(lambda asked: said({}, codes.pop(0))) as served:
        endpoint = Endpoint(served.url, tries=2, sleep=waits.append)
        with pytest.raises(VictimGoneError, match=r"answered with 503 Service Unavailable .*, 2 times in a row"):
            endpoint.ask({})
        with pytest.raises(VictimError):
            endpoint.ask({})
        assert len(served.asked) == 3
        assert endpoint.ask({}) == {}
        codes.append(200)
        assert endpoint.ask({}) == {}
    assert waits == [0.5, 0.5]
    with pytest.raises(VictimGoneError, match="cannot be reached"):
        Endpoint(served.url, tries=1).ask({})


def test_a_server_that_is_silent_is_not_waited_for():
    import threading

    done = threading.Event()

    def slow(asked):
        done.wait(10)
        return said({})

    with serving(slow) as served:
        try:
            with pytest.raises(VictimError, match="ReadTimeout") as late:
                Endpoint(served.url, tries=1, seconds=0.05).ask({})
            assert not isinstance(late.value, VictimGoneError)
        finally:
            done.set()


def test_what_a_server_says_is_told_without_the_token():
    with serving(lambda asked: said("no such key: sesame", 401)) as served:
        with pytest.raises(VictimError, match=r"answered with 401 Unauthorized \(no such key: \[key\]\)"):
            Endpoint(served.url, token="sesame").ask({})
        assert len(served.asked) == 1
    assert shown_address("https://me:pw@host:80/a?key=1") == "https://host:80/a"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("no json", "what is not JSON"),
        ([1], "answered with a list, not a JSON object"),
        ({}, "neither probabilities nor labels"),
        ({"probabilities": []}, "no row of two or more"),
        ({"probabilities": [[0.5, 0.5], [0.5, 0.5]]}, r"the shape \(2, 2\), and \(1, 2\) was asked for"),
        ({"probabilities": [["a", "b"]]}, "are no numbers"),
        ({"labels": [2], "classes": 2}, "labels that are none of 0 to 1"),
        ({"labels": [0], "classes": 1}, "neither probabilities nor labels"),
    ],
)
def test_an_answer_of_another_form_is_named(answer, problem):
    with serving(lambda asked: said(answer)) as served, pytest.raises(VictimMissingError, match=problem):
        HttpVictim.open(served.url)


def test_what_is_no_address_is_refused():
    with pytest.raises(VictimMissingError, match="no address that begins with http"):
        HttpVictim.open("ftp://host")


def test_a_text_that_a_server_breaks_on_is_an_error_of_that_text_alone():
    def picky(asked):
        return said("no", 500) if any("grand" in text for text in asked.json["texts"]) else scores(asked)

    with serving(picky) as served:
        victim = HttpVictim(Endpoint(served.url, tries=2, sleep=lambda _: None))
        examples = [Example(0, "a fine film", 1), Example(1, "a grand film", 1)]
        rows = {row.number: row for row in Engine(victim, Swapping()).run(examples)}
    assert rows[1].status is Status.ERROR
    assert "answered with 500" in rows[1].problem
    assert rows[0].status is not Status.ERROR


def test_a_server_that_goes_away_ends_the_run_and_what_it_said_is_kept(tmp_path):
    codes = iter([200, 200])
    examples = [Example(number, "a great film", 1 - number) for number in range(2)]
    with serving(lambda asked: scores(asked) if next(codes, 503) == 200 else said("", 503)) as served:
        victim = HttpVictim(Endpoint(served.url, tries=1))
        kept = AnswersFile(tmp_path / "answers", victim.fingerprint)
        with pytest.raises(VictimGoneError, match=r"answered with 503 Service Unavailable\Z"):
            list(Engine(victim, Swapping(), answers=kept).run(examples))
    assert set(kept.known(["a great film", "a fair film"])) == {"a great film"}

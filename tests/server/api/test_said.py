"""What says a word, asked over HTTP: the referee's own answer, for anybody."""

import pytest
from server.api.places import nobody


@pytest.mark.parametrize(
    ("sent", "hits"),
    [
        ({"word": "mouse", "text": "three blind mice"}, [(12, 16, "mice", "inflection", True)]),
        ({"word": "mouse", "text": "three blind mice", "form": "exact"}, []),
        (
            {"word": "\u82f9\u679c", "text": "\u5403\u82f9\u679c", "language": "zh"},
            [(1, 3, "\u82f9\u679c", "exact", True)],
        ),
        ({"word": "apple", "text": "pineapple"}, []),
        ({"word": "apple", "text": ""}, []),
    ],
)
def test_anybody_may_ask_the_referee_what_says_a_word(place, sent, hits):
    answer = nobody(place).post("/said", sent)
    assert answer.status_code == 200
    assert [tuple(it.values()) for it in answer.json()["hits"]] == hits


def test_a_hidden_word_counts_only_where_evasion_is_strict(place):
    question = {"word": "apple", "text": "it is a p p l e"}
    for evasion, counts in (("watch", False), ("strict", True)):
        (hit,) = nobody(place).post("/said", {**question, "evasion": evasion}).json()["hits"]
        assert (hit["rule"], hit["counts"]) == ("spelled", counts)


@pytest.mark.parametrize(
    ("changes", "title", "field"),
    [
        ({"word": "!!"}, "word refused", None),
        ({"word": ""}, "input refused", "word"),
        ({"word": "a" * 101}, "input refused", "word"),
        ({"text": "a" * 501}, "input refused", "text"),
        ({"language": "fr"}, "input refused", "language"),
        ({"judge": "form"}, "input refused", "judge"),
    ],
)
def test_what_the_referee_cannot_be_asked_is_refused(place, changes, title, field):
    answer = nobody(place).post("/said", {"word": "apple", "text": "an apple", **changes})
    assert (answer.status_code, answer.json()["title"], answer.json().get("field")) == (422, title, field)

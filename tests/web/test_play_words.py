"""Everything that can happen at a table has words, in every language."""

import re

import pytest

from arena.core.events import Departure, Refusal
from arena.core.hits import Evasion, Form, HitRule, Language
from arena.core.rules import PRESETS, AttackerLeak, OnRuling, WrongGuess
from arena.core.verdict import Cause, Reason, Role, Verdict
from arena.server.players import Kind
from arena.wire.closing import CLOSES, Close
from arena.words.lists import Level
from web.ending import ending_of
from web.i18n import words
from web.talk import lines

EVERY = [
    *(f"talk.{role}" for role in Role),
    *(f"talk.you_{role}" for role in Role),
    *(f"talk.why_{why}" for why in Refusal),
    *(f"talk.left_{how}" for how in Departure),
    *(f"talk.rule_{rule}" for rule in HitRule if rule.is_evasion),
    *(f"talk.on_ruling_{what}" for what in OnRuling),
    *(f"live.your_turn_{role}" for role in Role),
    *(f"live.wait_{role}" for role in Role),
    *(f"play.guess_{cost}" for cost in WrongGuess),
    *(f"play.rule_wrong_guess_{cost}" for cost in WrongGuess),
    *(f"play.rule_form_{form}" for form in Form),
    *(f"play.rule_evasion_{evasion}" for evasion in Evasion),
    *(f"play.rule_leak_{leak}" for leak in AttackerLeak),
    *(f"ending.kind_{kind}" for kind in Kind),
    *(f"lobby.preset_{name}" for name in PRESETS),
    *(f"lobby.preset_hint_{name}" for name in PRESETS),
    *(f"lobby.level_{level}" for level in (*Level, "all")),
    *(f"lobby.language_{language}" for language in Language),
]
SAID = {"type": "acted", "seq": 1, "role": "defender", "turn": 1, "text": "an apple", "guess": "pear", "right": False}
HIT = {"start": 3, "end": 8, "rule": "exact", "counts": True}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", EVERY)
def test_whatever_can_happen_has_words(language, key):
    assert words(language)(key, turn=1, who="", judge="", why="", how="")


@pytest.mark.parametrize("section", ["talk", "live", "play", "ending", "watch", "lobby", "queue", "seat"])
def test_both_languages_say_the_same_things_about_the_same_values(section):
    english, chinese = (words(language).section(section) for language in Language)
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", chinese[key])), key


def _verdicts():
    for reason in Reason:
        for cause in Cause if reason is Reason.FORFEIT else (None,):
            for winner in (*Role, None):
                yield Verdict(winner, reason, cause, "form", "stalling")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("you", [*Role, None])
def test_every_verdict_has_a_headline_and_a_sentence_without_gaps(language, you):
    tell, said = words(language), lines([{**SAID, "hits": [HIT]}])
    for verdict in _verdicts():
        made = ending_of(verdict, "apple", said, you, tell)
        assert tell(made.headline)
        assert "{" not in tell(made.sentence, **made.values), verdict


def test_an_induced_word_is_quoted_as_it_was_said():
    tell = words(Language.ENGLISH)
    said = lines([{**SAID, "text": "an APPLE", "hits": [HIT]}])
    made = ending_of(Verdict(Role.ATTACKER, Reason.INDUCED), "apple", said, Role.DEFENDER, tell)
    assert tell(made.headline) == "You lost"
    assert tell(made.sentence, **made.values) == "The defender said the word unawares: “APPLE” says “apple”."
    assert made.decisive == 1


def test_erased_words_are_not_quoted():
    tell = words(Language.ENGLISH)
    said = lines([{**SAID, "text": None, "guess": None, "hits": [HIT]}])
    made = ending_of(Verdict(Role.ATTACKER, Reason.INDUCED), "apple", said, None, tell)
    assert made.values["found"] == tell("ending.hidden")


@pytest.mark.parametrize("language", Language)
def test_a_close_code_that_ends_a_seat_for_good_is_explained(language):
    told = words(language).section("live")
    assert "close_other" in told
    explained = {int(name.removeprefix("close_")) for name in told if name.startswith("close_4")}
    assert {code for code in explained if code >= 4000} <= {
        int(code) for code, it in CLOSES.items() if not it.comes_back
    }
    assert {Close.UNAUTHORIZED, Close.FORBIDDEN, Close.TOO_MANY, Close.REPLACED, Close.BANNED} <= explained

"""`said` and `guessed` as values: offsets, rules, what counts; and texts that mean harm."""

import re
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import arena.words
from arena.core.hits import Evasion, Form, Hit, HitRule, Language, Policy
from arena.words import TargetError, WordMatcher, check_target, fingerprint, guessed, said
from arena.words.fold import fold
from arena.words.matcher import _hits, _read_english
from arena.words.screen import _LARGEST_TABLE, _Letters
from arena.words.targets import prepare

STRICT = Policy(evasion=Evasion.STRICT)
CHINESE = Policy(language=Language.CHINESE)
PIECES = st.sampled_from(
    [
        "banana", "Bananas", "ban", "ana", "b", "a", "n", "4", "@", "!", "ananab", "ice", "cream", "ICE", "1ce",
        "cr3am", "maerc", "eci", "went", "going", "will", "won't", " ", " ", "-", "_", "*", "**", "`", "'", "'s", ".",
        ", ", "\n", "<b>", "</b>", "\u200b", "\u0430", "\u0441", "\u00e1", "\uff42", "\u2019", "\u201d", "\uff14",
        "\u6f22", "\u2122", "\u043c\u0438\u0440", "\u041d",
    ]
)  # fmt: skip
TARGETS = st.sampled_from(["banana", "ice cream", "go", "will", "\u043c\u0438\u0440"])


def test_a_hit_tells_where_what_and_by_which_rule():
    text = "Mice! One **mou**se, M-O-U-S-E, m0use, esuom."
    hits = said(text, "mouse")
    assert hits == (
        Hit(0, 4, "mice", HitRule.INFLECTION, True),
        Hit(12, 19, "mouse", HitRule.EXACT, True),
        Hit(21, 30, "mouse", HitRule.SPELLED, False),
        Hit(32, 37, "mouse", HitRule.LEET, False),
        Hit(39, 44, "mouse", HitRule.REVERSED, False),
    )
    assert [text[hit.start : hit.end] for hit in hits] == ["Mice", "mou**se", "M-O-U-S-E", "m0use", "esuom"]
    assert all(hit.counts for hit in said(text, "mouse", STRICT))


def test_the_narrowest_rule_names_the_hit():
    policy = Policy(Form.FAMILY)
    assert [hit.rule for hit in said("quick quicker quickly", "quick", policy)] == [
        HitRule.EXACT, HitRule.INFLECTION, HitRule.FAMILY,
    ]  # fmt: skip
    assert said("two ice creams", "ice cream")[0] == Hit(4, 14, "ice creams", HitRule.INFLECTION, True)


@pytest.mark.parametrize(
    ("text", "target", "found"),
    [
        ("ba-na-na", "banana", "ba-na-na"),
        ("c-a-t, d-o-g", "cat", "c-a-t"),
        ("a b a n a n a", "banana", "b a n a n a"),
        ("b a n a n a I think", "banana", "b a n a n a"),
        ("maerc eci", "ice cream", "maerc eci"),
        ("1ce cr3am", "ice cream", "1ce cr3am"),
        ("me1on", "melon", "me1on"),
        ("@pple", "apple", "@pple"),
        ("ch\u20ac\u20acse", "cheese", "ch\u20ac\u20acse"),
        ("a-n-a-n-a-b", "banana", "a-n-a-n-a-b"),
    ],
)
def test_an_evasion_is_found_whole(text, target, found):
    hits = said(text, target, STRICT)
    assert [text[hit.start : hit.end] for hit in hits] == [found]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("it's 10am, B12 and 4x4", "cat"),
        ("a 5in screen", "sin"),
        ("c. a-t", "cat"),
        ("c ......... a t", "cat"),
        ("e-mail", "email"),
        ("level", "levels"),
        ("ice\u2009" + " " * 40 + "cream", "ice cream"),
        ("noon", "no"),
    ],
)
def test_what_is_innocent_is_let_be(text, target):
    assert said(text, target, Policy(Form.EXACT, Evasion.STRICT)) == ()


def test_an_evasion_that_overlaps_a_hit_is_none():
    assert [hit.rule for hit in said("cat's c a t cat", "cat")] == [HitRule.EXACT, HitRule.SPELLED, HitRule.EXACT]
    assert [hit.rule for hit in said("ice-cream 1ce", "ice", STRICT)] == [HitRule.EXACT, HitRule.LEET]


@pytest.mark.parametrize(
    ("guess", "target"),
    [
        ("banana", "banana"), ("A Banana!", "banana"), ("\u201cthe bananas\u201d", "banana"), ("mice", "mouse"),
        ("ice-cream", "ice cream"), ("icecreams", "ice cream"), ("matrix", "the matrix"), ("The Matrix", "matrix"),
        ("the", "the"), ("b\u0430nana", "banana"), ("banana's", "banana"),
    ],
)  # fmt: skip
def test_a_guess_is_right_when_it_is_the_target_and_nothing_else(guess, target):
    assert guessed(guess, target)


@pytest.mark.parametrize(
    ("guess", "target"),
    [
        ("scat", "cat"), ("a ripe banana", "banana"), ("b-a-n-a-n-a", "banana"), ("b4nana", "banana"), ("", "banana"),
        ("ananab", "banana"), ("ice, cream", "ice cream"), ("ice", "ice cream"), ("an a banana", "banana"),
    ],
)  # fmt: skip
def test_a_guess_with_anything_more_or_less_is_wrong(guess, target):
    assert not guessed(guess, target, STRICT)


def test_the_policy_decides_which_forms_a_guess_may_have():
    assert not guessed("bananas", "banana", Policy(Form.EXACT))
    assert not guessed("quickly", "quick")
    assert guessed("quickly", "quick", Policy(Form.FAMILY))


@pytest.mark.parametrize("target", ["", "...", "42", "\u200b"])
@pytest.mark.parametrize("language", Language)
def test_a_target_without_letters_is_refused_with_the_reason(target, language):
    with pytest.raises(TargetError, match=re.escape(f"target {target!r} cannot be played")):
        check_target(target, language)


def test_a_target_with_letters_is_let_through():
    check_target("mp3")
    check_target("\u82f9\u679c", Language.CHINESE)


def test_the_matcher_answers_as_the_functions_do():
    matcher = WordMatcher()
    assert matcher.said("two cats", "cat", STRICT) == said("two cats", "cat", STRICT)
    assert matcher.guessed("cats", "cat", STRICT)
    assert matcher.fingerprint == fingerprint()
    assert re.fullmatch("[0-9a-f]{16}", matcher.fingerprint)


def test_the_package_has_no_other_names():
    with pytest.raises(AttributeError, match="no attribute 'utter'"):
        _ = arena.words.utter


@given(st.lists(PIECES, max_size=12).map("".join), TARGETS)
@example("b<b>a</b>nana \uff14", "banana")
def test_the_screen_holds_back_no_hit(text, target):
    prepared = prepare(target, Form.INFLECTION)
    folded = fold(text)
    assert said(text, target, STRICT) == _hits(folded, _read_english(folded, prepared), strict=True)


def test_the_table_of_letters_stops_growing():
    letters = _Letters()
    folded = "".join(map(chr, range(0x4E00, 0x4E00 + _LARGEST_TABLE + 99))).translate(letters)
    assert len(letters) == _LARGEST_TABLE
    assert folded.startswith("\u4e00\u4e01")


@given(st.text())
def test_any_text_is_read_and_hits_are_apart_and_in_order(text):
    for policy in (STRICT, CHINESE):
        hits = said(text, "a", policy)
        assert all(hits[i].end <= hits[i + 1].start for i in range(len(hits) - 1))


@pytest.mark.parametrize(
    "text",
    [
        "a-" * 500_000, "aa*" * 333_333, "ice" + "-" * 1_000_000 + "cream", "a'" * 500_000, "<b" * 300_000,
        "ban\u200b" * 250_000, "\x00" * 1_000_000, "\ud800a" * 300_000, "a<b " + "x" * 1_000_000, "ice " * 250_000,
    ],
    ids=["letters", "stars", "hyphens", "quotes", "tags", "invisible", "nul", "surrogates", "open tag", "half"],
)  # fmt: skip
def test_a_million_characters_take_seconds_and_not_hours(text):
    start = process_time()
    said(text, "ice cream", STRICT)
    assert process_time() - start < 20

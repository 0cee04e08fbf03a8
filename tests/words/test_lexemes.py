"""Which words are forms of one another, which are one family, and which only look so."""

import pytest

from arena.words.families import family
from arena.words.lexemes import forms, lexemes, regular_forms, said_by
from arena.words.spelling import spellings


@pytest.mark.parametrize(
    ("word", "bases"),
    [
        ("leaves", {"leaf", "leave"}),
        ("mice", {"mouse"}),
        ("better", {"good", "well"}),
        ("selfies", {"selfie"}),
        ("blogging", {"blog"}),
        ("africans", {"african"}),
    ],
)
def test_a_word_belongs_to_every_lexeme_that_it_could_be_a_form_of(word, bases):
    assert bases <= lexemes(word)


@pytest.mark.parametrize(
    ("base", "found"),
    [
        ("selfie", {"selfies"}),
        ("superhero", {"superheroes"}),
        ("millennium", {"millennia"}),
        ("vlog", {"vlogs", "vlogged", "vlogging"}),
        ("x", {"x"}),
        ("\u043c\u0438\u0440", {"\u043c\u0438\u0440"}),
    ],
)
def test_forms_reach_beyond_one_dictionary(base, found):
    assert found <= forms(base)


@pytest.mark.parametrize(
    ("base", "made"),
    [
        ("stop", {"stops", "stopped", "stopping", "stoped", "stoping"}),
        ("bake", {"bakes", "baked", "baking"}),
        ("carry", {"carries", "carried", "carrying"}),
        ("play", {"plays", "played", "playing"}),
        ("wish", {"wishes", "wishs", "wished", "wishing"}),
        ("a", set()),
    ],
)
def test_the_rules_of_spelling_make_regular_forms(base, made):
    assert regular_forms(base) == made


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("number", "numb"),
        ("physics", "physic"),
        ("opera", "opus"),
        ("feed", "fee"),
        ("gamer", "game"),
        ("species", "specie"),
        ("news", "new"),
        ("hoping", "hop"),
        ("his", "hi"),
    ],
)
def test_what_only_looks_inflected_is_another_lexeme(word, other):
    assert word not in said_by(other)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("colour", "color"),
        ("behavioural", "behavioral"),
        ("realise", "realize"),
        ("organisation", "organization"),
        ("analyse", "analyze"),
        ("theatre", "theater"),
        ("grey", "gray"),
    ],
)
def test_british_and_american_spellings_are_one_lexeme(word, other):
    assert other in spellings(word)
    assert word in spellings(other)


@pytest.mark.parametrize("word", ["wise", "hour", "prise", "four", "corner"])
def test_a_word_without_another_spelling_stays_alone(word):
    assert spellings(word) == {word}


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("quickly", "quick"),
        ("gently", "gentle"),
        ("fully", "full"),
        ("magically", "magic"),
        ("classification", "classify"),
        ("flawlessness", "flaw"),
        ("carelessness", "careful"),
        ("swimmer", "swam"),
        ("visitor", "visit"),
        ("reddish", "red"),
        ("childhood", "children"),
        ("backwards", "backward"),
        ("liar", "lie"),
        ("dangerous", "danger"),
        ("musical", "music"),
    ],
)
def test_a_family_reaches_up_and_down(word, other):
    assert other in family(word)
    assert word in family(other)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("corner", "corn"),
        ("flawlessness", "less"),
        ("hardly", "hard"),
        ("dinner", "din"),
        ("unhappy", "happy"),
        ("final", "fine"),
    ],
)
def test_what_only_looks_derived_is_of_another_family(word, other):
    assert word not in family(other)

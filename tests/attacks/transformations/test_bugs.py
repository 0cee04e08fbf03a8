"""The bugs of TextBugger."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from attacks.transformations import bugs
from attacks.transformations.characters import keys_beside


def made(bug, word):
    return {bug(word, Random(seed)) for seed in range(60)}


def test_a_space_goes_into_short_words_only():
    assert made(bugs.insert_space, "film") == {"f ilm", "fi lm", "fil m"}
    assert made(bugs.insert_space, "a") == {"a"}
    assert made(bugs.insert_space, "movies") == {"movies"}


def test_the_first_and_the_last_letter_are_never_deleted():
    assert made(bugs.delete_inside, "film") == {"flm", "fim"}
    assert made(bugs.delete_inside, "it") == {"it"}


def test_neighbours_inside_are_swapped_in_words_of_five_letters():
    assert made(bugs.swap_inside, "great") == {"gerat", "graet"}
    assert made(bugs.swap_inside, "fine") == {"fine"}
    assert made(bugs.swap_inside, "geeed") == {"geeed"}


def test_letters_are_replaced_by_what_looks_alike_or_lies_beside():
    assert made(bugs.substitute_alike, "fool") == {"f0ol", "fo0l", "foo1"}
    assert made(bugs.substitute_alike, "ALL") == {"@LL", "A1L", "AL1"}
    assert made(bugs.substitute_alike, "my") == {f"{it}y" for it in keys_beside()["m"]} | {
        f"m{it}" for it in keys_beside()["y"]
    }
    assert made(bugs.substitute_alike, "2018") == {"2018"}


@settings(deadline=None)  # the first homophone reads a dictionary
@given(st.text(min_size=1, max_size=8), st.integers(0, 2**32), st.sampled_from((*bugs.ENGLISH, *bugs.CHINESE)))
def test_no_word_breaks_a_bug_and_none_is_lost(word, seed, bug):
    assert bug(word, Random(seed))

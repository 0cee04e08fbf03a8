"""What may be a name, and which names look alike."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena import registry
from arena.server.errors import InputError
from arena.server.people.names import LONGEST, check_name, is_reserved, key_of, keys_of


@pytest.mark.parametrize(
    "name",
    [
        "alice",
        "Al",
        "x" * 24,
        "R2-D2",
        "a.b_c-d",
        "Jos\u00e9",
        "\u5c0f\u660e",
        "\u5c0f\u660e2026",
        "\u5c0f\u660efan",
        "\u30c8\u30e8\u30bf\u3055\u3093",
        "\u4f50\u3005\u6728",
        "\u30a8\u30fc\u30b9",
        "\ud55c\uae00",
        "\u0421\u0430\u0448\u0430",
        "\u0393\u03b9\u03ce\u03c1\u03b3\u03bf\u03c2",
        "\u0645\u062d\u0645\u062f",
        "\u0645\u062d\u0645\u0662",
        "\u0928\u092e\u0938\u094d\u0924\u0947",
        "\u0e01\u0e34\u0e48\u0e07",
        "\u1eb9\u0300d\u00e1",
    ],
)
def test_names_of_any_script_are_kept_as_they_are(name):
    assert check_name(name) == name


def test_spaces_around_a_name_go_and_letters_are_composed():
    assert check_name("  Jose\u0301 ") == "Jos\u00e9"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("", "has 0 of at least 2"),
        ("\u660e", "has 1 of at least 2"),
        ("x" * 25, "has 25 characters"),
        ("x" * 100_000, "has 100000 characters"),
        ("al ice", "holds a space"),
        ("al\u3000ice", "holds a space"),
        ("al\nice", "control character (U+000A)"),
        ("al\x00ice", "control character (U+0000)"),
        ("\x1b[31malice", "control character (U+001B)"),
        ("al\x9bice", "control character (U+009B)"),
        ("al\ud800ice", "control character (U+D800)"),
        ("al\ue000ice", "control character (U+E000)"),
        ("al\u200bice", "invisible character (U+200B)"),
        ("al\u202eice", "invisible character (U+202E)"),
        ("al\u2060ice", "invisible character (U+2060)"),
        ("al\ufe0fice", "invisible character (U+FE0F)"),
        ("al\u034fice", "invisible character (U+034F)"),
        ("al\U000e0101ice", "invisible character (U+E0101)"),
        ("al\u3164ice", "invisible character (U+3164)"),
        ("<b>alice", "'<' (U+003C)"),
        ("alice&amp", "'&' (U+0026)"),
        ('ali"ce', "(U+0022)"),
        ("alice/parrot", "'/' (U+002F)"),
        ("@alice", "'@' (U+0040)"),
        ("alice\U0001f600", "(U+1F600)"),
        ("al\u02bcice", "(U+02BC)"),
        ("\uff41lice", "decorated form"),
        ("\U0001d41alice", "decorated form"),
        ("\u24d0lice", "decorated form"),
        ("\u1112\u1161\u1112", "neither a letter nor a digit"),
        ("\u0430lice", "mixes Cyrillic and Latin"),
        ("\u0391lice", "mixes Greek and Latin"),
        ("a\u4f60\u0431", "mixes Cyrillic and Han and Latin"),
        ("\u30ab\ud55c", "mixes Hangul and Katakana"),
        ("al\u0665ce", "mixes Arabic and Latin"),
        (".alice", "begins or ends"),
        ("alice-", "begins or ends"),
        ("al..ice", "in a row"),
        ("12345", "has no letter"),
        ("\u0301alice", "accents that no letter carries"),
        ("a-\u0301lice", "accents that no letter carries"),
        ("a\u0332\u0333\u0347lice", "accents that no letter carries"),
    ],
)
def test_a_name_is_refused_with_what_is_wrong_with_it(given, problem):
    with pytest.raises(InputError) as refused:
        check_name(given)
    assert refused.value.field == "name"
    assert problem in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("alice", "ALICE"),
        ("alice", "aIice"),
        ("alice", "al1ce"),
        ("alice", "\u0430lice"),
        ("alice", "\uff41\uff4c\uff49\uff43\uff45"),
        ("alice", "al\u200bice"),
        ("alice", "al\u00adi\u202ece"),
        ("alice", "al\u00edce"),
        ("alice", "\u0251lice"),
        ("alice", "a\u4e28ice"),
        ("alice", "\ua4ee\ua4e1\ua4f2\ua4da\ua4f0"),
        ("alice", " alice "),
        ("coco", "\u0441\u043e\u0441\u043e"),
        ("bob", "b0b"),
        ("burn", "bum"),
        ("vvolf", "wolf"),
        ("a.b", "a_b"),
        ("Jos\u00e9", "Jose\u0301"),
        ("stra\u00dfe", "strasse"),
        ("\u30ed\u30dc", "\u53e3\u30dc"),
        ("\u30a8\u30fc\u30b9", "\u5de5\u4e00\u30b9"),
    ],
)
def test_names_that_look_alike_share_a_key(one, other):
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("alice", "alicia"),
        ("alice", "al-ice"),
        ("ann", "anna"),
        ("\u5c0f\u660e", "\u5927\u660e"),
        ("\u5c0f\u660e", "\u5c0f\u660e2"),
        ("\u0421\u0430\u0448\u0430", "\u041c\u0430\u0448\u0430"),
        ("\u0915\u093f\u0915", "\u0915\u0941\u0915"),
        ("\u0e01\u0e34\u0e19", "\u0e01\u0e31\u0e19"),
    ],
)
def test_names_that_look_different_have_different_keys(one, other):
    assert keys_of(one).isdisjoint(keys_of(other))


def test_the_cases_of_a_greek_name_meet_although_each_looks_like_other_latin_letters():
    small, capital = "\u03bd\u03b1\u03bd\u03b1", "\u039d\u0391\u039d\u0391"
    assert key_of(small) != key_of(capital)
    assert key_of(small) in keys_of(capital)
    assert key_of(capital) in keys_of(small)


@pytest.mark.parametrize(
    "name", ["admin", "Admin", "\u0430dmin", "adm1n", "admin7", "Host-2", "taboo", "system.1", "\u7ba1\u7406\u5458"]
)
def test_the_servers_own_names_are_kept(name):
    assert is_reserved(name)


def test_a_name_that_only_begins_like_the_servers_is_free():
    assert check_name("hostess") == "hostess"


def test_every_built_in_agents_name_is_kept():
    for agent in registry.entries(registry.AGENTS):
        with pytest.raises(InputError, match="keeps for itself"):
            check_name(agent)


@given(st.text())
def test_any_text_has_a_key_that_a_database_can_hold(text):
    key = key_of(text)
    assert "\x00" not in key
    key.encode()


@given(st.text(max_size=30))
def test_what_passes_for_a_name_is_fit_to_be_shown(text):
    try:
        name = check_name(text)
    except InputError as refused:
        name = f"refused-{len(str(refused))}"
    assert name.isprintable()
    assert len(name) <= LONGEST
    assert not set(name) & set("<>&\"'/@ ")
    assert unicodedata.is_normalized("NFKC", name)
    assert key_of(name)
    assert check_name(name) == name

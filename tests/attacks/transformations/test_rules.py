"""Rules that rewrite texts: patterns of words and parts of speech, files of them, and what paraphrases teach."""

import json
import os

import pytest

from attacks.core.text import Text
from attacks.transformations.english_rules import english_rules
from attacks.transformations.rule_mining import learn_rules
from attacks.transformations.rules import Rule, RulesError, read_rules, tokens

DATA = os.environ.get("TABOO_DATA")
needs_tagger = pytest.mark.skipif(DATA is None, reason="needs nltk's tagger in TABOO_DATA")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("It's fine, isn't it?", ["It's", "fine", ",", "isn't", "it", "?"]),
        ("it 's n't 'quoted' ...", ["it", "'s", "n't", "'", "quoted", "'", "..."]),
        ("what??!", ["what", "??", "!"]),
        (" ", []),
    ],
)
def test_words_clitics_and_marks_are_tokens(written, words):
    assert list(Text.of(written, tokens).words) == words


@pytest.mark.parametrize(
    ("rule", "written", "rewritten"),
    [
        (("movie", "film"), "The Movie is a movie.", "The Film is a film."),
        (("it is", "it's"), "It is fine and it is good.", "It's fine and it's good."),
        (("isn't", "is not"), "it isn\u2019t good", "it is not good"),
        (("i am", "I'm"), "I am here", "I'm here"),
        (("?", "??"), "why?", "why??"),
        ((". $", ""), "Good. Fine.", "Good. Fine"),
        (("^ the", "well , the"), "The film of the year", "Well , the film of the year"),
        (("the <*> one", "<1>"), "the only one", "only"),
        (("<*> and <*>", "<2> and <1>"), "fine and good", "good and fine"),
        (("<*> .", "<1> !"), "( .", None),
        (("movie", "film"), "the film", None),
        (("a b c", "c"), "a b", None),
        (("film", "film"), "the film", None),
    ],
)
def test_a_rule_rewrites_wherever_it_matches(rule, written, rewritten):
    made = Rule(*rule).apply(Text.of(written, tokens))
    assert (None if made is None else made.written) == rewritten


@needs_tagger
@pytest.mark.parametrize(
    ("rule", "written", "rewritten"),
    [
        (("what <VBZ>", "what's"), "What is this?", "What's this?"),
        (("what <NOUN>", "which <1>"), "what movie is this?", "which movie is this?"),
        (("what <NOUN>", "which <1>"), "what is this?", None),
        (("<ADV> <ADJ>", "<2>"), "a really good film", "a good film"),
    ],
)
def test_tags_stand_for_words_of_a_part_of_speech(rule, written, rewritten, monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")
    made = Rule(*rule).apply(Text.of(written, tokens))
    assert (None if made is None else made.written) == rewritten


@pytest.mark.parametrize(
    ("rule", "problem"),
    [(("", "film"), "matches no word"), (("^ $", "film"), "matches no word"), (("a <*>", "<2>"), "names <2>")],
)
def test_what_makes_no_rule_is_refused(rule, problem):
    with pytest.raises(ValueError, match=problem):
        Rule(*rule)


def test_there_are_many_rules_for_english_and_each_is_there_once():
    rules = english_rules()
    assert len(rules) == len(set(rules)) >= 100
    assert not any(rule.pattern == rule.replacement for rule in rules)


RULES = (Rule("movie", "film"), Rule("what <NOUN>", "which <1>"))


def test_rules_are_read_from_both_formats(tmp_path):
    (tmp_path / "rules.tsv").write_text("movie\tfilm\n\nwhat <NOUN>\twhich <1>\n")
    (tmp_path / "rules.json").write_text(json.dumps([["movie", "film"], ["what <NOUN>", "which <1>"]]))
    assert read_rules(tmp_path / "rules.tsv") == read_rules(tmp_path / "rules.json") == RULES


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("rules.tsv", None, "cannot be read"),
        ("rules.tsv", "", "holds no rules"),
        ("rules.tsv", "movie\tfilm\nfilm", r"rule 2: \['film'\] is no pair"),
        ("rules.tsv", "a <*>\t<2>", "rule 1: replacement '<2>' names <2>"),
        ("rules.json", "{}", "holds no rules"),
        ("rules.json", "{", "cannot be read"),
        ("rules.json", '["movie"]', "rule 1: 'movie' is no pair"),
        ("rules.json", "[[1, 2]]", "is no pair"),
    ],
)
def test_a_file_that_holds_no_rules_is_refused_with_its_format(tmp_path, name, content, problem):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(RulesError, match=problem) as refused:
        read_rules(tmp_path / name)
    assert "a pattern, a tab and a replacement" in str(refused.value)


def test_rules_are_learnt_from_what_several_paraphrases_replace():
    pairs = [("What a movie!", "What a film!"), ("the movie is good", "the film is good"), ("a b", "a c"),
             ("one two three four five six", "not the same at all here"), ("so it ends", "it ends"),
             ("", "")]  # fmt: skip
    assert learn_rules(pairs) == (Rule("movie", "film"),)
    assert Rule("so it", "it") in learn_rules(pairs, least=1)
    assert Rule("a movie", "a film") in learn_rules(pairs, least=1)
    assert not any(rule.pattern.startswith("one") for rule in learn_rules(pairs, least=1))

"""Rules name judges as NAME or NAME:ARGUMENT, and what a judge loads is loaded before the match."""

import asyncio

import pytest

from agents.llm.errors import ModelMissingError
from agents.llm.judges.errors import UncalibratedError
from agents.llm.judges.perplexity import PerplexityJudge
from arena import registry
from arena.commands.options import judge_names, rules_of
from arena.core.actions import Case
from arena.core.errors import RulesError, UnknownNameError
from arena.core.hits import Language
from arena.core.rules import JudgeSpec, Rules
from arena.core.verdict import Role
from arena.registry import JudgeArgumentError, JudgeVersionError
from arena.server.errors import InputError
from arena.server.lobby.terms import Terms

RULING = '{"text": {"fluency": 5, "relevance": 5, "effort": 1}}\n'


@pytest.fixture
def replies(tmp_path):
    path = tmp_path / "replies.txt"
    path.write_text(RULING)
    return path


@pytest.mark.parametrize(
    ("judges", "names"),
    [
        ("none", []),
        ("form", ["form"]),
        (" form , wordlike ,", ["form", "wordlike"]),
        ("perplexity:my.json,relevance", ["perplexity:my.json", "relevance"]),
        ("perplexity:a,,b.json,form", ["perplexity:a,b.json", "form"]),
        (r"perplexity:C:\my.json", [r"perplexity:C:\my.json"]),
        ("llm:openai:http://host:80/v1#m?tokens=9,form", ["llm:openai:http://host:80/v1#m?tokens=9", "form"]),
    ],
)
def test_judges_are_joined_by_commas_and_arguments_keep_their_colons(judges, names):
    assert judge_names(judges) == names


def test_rules_name_the_judge_with_its_argument(save):
    path = save()
    rules = rules_of("paper", judges=f"perplexity:{path},form")
    assert rules.judges == (JudgeSpec(f"perplexity:{path}", "1", 0.5), JudgeSpec("form", "1", 0.5))


def test_the_paper_rules_need_no_model():
    assert [spec.name for spec in rules_of("paper").judges] == ["wordlike", "form"]


def test_two_calibrations_of_one_judge_sit_side_by_side(save):
    rules = rules_of("paper", judges=f"perplexity:{save('a.json')},perplexity:{save('b.json')}")
    assert len(rules.judges) == 2


@pytest.mark.parametrize(
    ("name", "error", "problem"),
    [
        ("perplexity", UncalibratedError, "taboo judge calibrate perplexity"),
        ("perplexity:model", UncalibratedError, "taboo judge calibrate perplexity --model model"),
        ("llm", JudgeArgumentError, "name it as llm:ARGUMENT"),
        ("form:strict", JudgeArgumentError, "takes no argument, and was given 'strict'"),
        ("form:", JudgeArgumentError, "takes no argument"),
        ("perplexety:my.json", UnknownNameError, "did you mean perplexity"),
    ],
)
def test_a_wrong_name_is_refused_before_anything_is_loaded(name, error, problem):
    with pytest.raises(error, match=problem):
        rules_of("paper", judges=name)


def test_a_judge_in_another_version_is_refused_and_its_model_not_loaded(save):
    spec = JudgeSpec(f"perplexity:{save(model='/nowhere')}", "2", 0.5)
    with pytest.raises(JudgeVersionError):
        registry.judge(spec)


def test_the_registry_loads_the_model_and_says_what_is_missing(save):
    name = f"perplexity:{save(model='scripted:/nowhere/replies.txt')}"
    assert isinstance(registry.judge_named(name), PerplexityJudge)  # nothing is loaded yet
    with pytest.raises(ModelMissingError, match="/nowhere/replies"):
        registry.judge(JudgeSpec(name, "1", 0.5))
    registry.require_judges(Rules(judges=(JudgeSpec(name, "1", 0.5),)))


def test_a_judge_that_was_prepared_rules(replies):
    name = f"llm:scripted:{replies}?repeats=on"
    rules = Rules(judges=(JudgeSpec(name, "1", 0.5),))
    sitting = registry.judges_for(rules)
    assert sitting is registry.judges_for(rules)
    ruling = asyncio.run(sitting[name].rule(Case(Role.ATTACKER, 1, "hello", (), Language.ENGLISH)))
    assert (ruling.judge, ruling.label, ruling.score) == (name, "stalling", 1.0)


@pytest.mark.parametrize("name", ["perplexity:/etc/passwd", "llm:openai:http://elsewhere/v1#m", "relevance:x"])
def test_nobody_from_outside_chooses_what_a_judge_opens(name):
    judges = [{"name": name, "version": "1", "threshold": 0.5}]
    with pytest.raises(RulesError, match="only a host may give it one"):
        Terms(changes={"judges": judges}).rules()


@pytest.mark.parametrize("name", ["perplexity", "llm"])
def test_a_judge_that_needs_an_argument_is_refused_from_outside(name):
    with pytest.raises(InputError, match=f"judge '{name}'"):
        Terms(changes={"judges": [{"name": name, "version": "1", "threshold": 0.5}]}).rules()


def test_the_relevance_judge_may_be_asked_for_from_outside():
    rules = Terms(changes={"judges": [{"name": "relevance", "version": "1", "threshold": 0.5}]}).rules()
    assert [spec.name for spec in rules.judges] == ["relevance"]

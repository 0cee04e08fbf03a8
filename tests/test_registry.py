"""The one way in for extensions, with distributions that are really installed."""

import pytest
from plugins import Site

PARROT = """
from arena.core.actions import Action
from arena.core.ports import AgentCard
from arena.core.verdict import Role

class Parrot:
    card = AgentCard("parrot", "3.1", "says it back", roles=frozenset({Role.DEFENDER}))

    async def act(self, view):
        return Action("you said so")

    async def close(self):
        pass
"""
STERN = """
class Stern:
    name, version, fingerprint = "stern", "2", "0" * 16

    async def rule(self, case):
        raise AssertionError("nobody asks it")
"""


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def test_a_broken_plugin_names_its_distribution(site):
    site.install("acme-bots", {"arena.agents": {"acme": "acme_bots:Acme"}}, acme_bots="import missing_library")
    assert site.ask("show(refusal(registry.agent, 'acme'))") == [
        "BrokenPluginError",
        "agent 'acme' of distribution 'acme-bots' is broken: ModuleNotFoundError: No module named 'missing_library'; "
        "repair or uninstall acme-bots",
    ]


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("Acme = ", "SyntaxError: invalid syntax (acme_bots.py, line 1)"),
        ("", "AttributeError: module 'acme_bots' has no attribute 'Acme'"),
        ("def Acme(argument): ...", "TypeError: acme_bots:Acme is not a class with a method act(view)"),
        ("class Acme: ...", "TypeError: acme_bots:Acme is not a class with a method act(view)"),
        ("import sys\nsys.exit('bye')", "SystemExit: bye"),
        ("import os\nos._exit(0)", "the import ended the program before the class could be seen"),
        ("import os\nos._exit(9)", "the import ended with code 9"),
    ],
)
def test_whatever_is_wrong_with_a_plugin_is_told(site, source, cause):
    site.install("acme-bots", {"arena.agents": {"acme": "acme_bots:Acme"}}, acme_bots=source)
    name, message = site.ask("show(refusal(registry.agent, 'acme'))")
    assert name == "BrokenPluginError"
    assert f"distribution 'acme-bots' is broken: {cause};" in message


def test_a_broken_plugin_breaks_nothing_else(site):
    site.install("acme-bots", {"arena.agents": {"acme": "acme_bots:Acme"}}, acme_bots="import missing_library")
    assert site.ask("show(registry.agent('process').card.name)") == "process"


def test_a_card_is_read_past_whatever_its_module_prints(site):
    noise = "import os\nprint('hello')\nos.write(1, b'from below')\n"
    site.install("acme-bots", {"arena.agents": {"parrot": "parrot:Parrot"}}, parrot=noise + PARROT)
    assert site.ask("show(registry.agent('parrot').card.version)") == "3.1"


@pytest.mark.parametrize("value", ["other_bots:Twin", "acme_bots:Twin"])
def test_a_name_claimed_twice_refuses_and_names_both(site, value):
    site.install("acme-bots", {"arena.agents": {"twin": "acme_bots:Twin"}})
    site.install("other-bots", {"arena.agents": {"twin": value}})
    name, message = site.ask("show(refusal(registry.agent, 'process'))")
    assert name == "NameClaimedTwiceError"
    assert message in {
        f"agent 'twin' is claimed by {claimants}; uninstall all but one of them"
        for claimants in ("acme-bots and other-bots", "other-bots and acme-bots")
    }


def test_nobody_takes_the_name_of_a_built_in_agent(site):
    site.install("acme-bots", {"arena.agents": {"process": "acme_bots:Acme"}})
    name, message = site.ask("show(refusal(registry.agent, 'process'))")
    assert name == "NameClaimedTwiceError"
    assert "acme-bots" in message
    assert "taboo-arena" in message


def test_the_same_name_in_two_groups_is_no_clash(site):
    site.install("acme-bots", {"arena.agents": {"twin": "parrot:Parrot"}}, parrot=PARROT)
    site.install("acme-rules", {"arena.judges": {"twin": "stern:Stern"}}, stern=STERN)
    assert site.ask("show([registry.load(group, 'twin').__name__ for group in ('arena.agents', 'arena.judges')])") == [
        "Parrot",
        "Stern",
    ]


def test_an_unknown_agent_suggests_near_names(site):
    site.install("acme-bots", {"arena.agents": {"acme": "parrot:Parrot"}}, parrot=PARROT)
    assert site.ask("show(refusal(registry.agent, 'acmee'))") == [
        "UnknownNameError",
        "no agent is called 'acmee'; did you mean acme?",
    ]


def test_an_unknown_agent_near_none_is_told_them_all(site):
    name, message = site.ask("show(refusal(registry.agent, 'zzzz'))")
    assert name == "UnknownNameError"
    assert message.startswith("no agent is called 'zzzz'; known: ")
    assert "process" in message


def test_an_empty_group_is_told_as_such(site):
    assert site.ask("show(refusal(registry.load, 'arena.nothing', 'x'))")[1] == (
        "no arena.nothing is called 'x'; none is installed"
    )


def test_the_names_of_a_group_are_sorted(site):
    site.install("acme-bots", {"arena.agents": {"zebra": "a:Z", "aardvark": "a:A", "middle": "a:M"}})
    names = site.ask("show(list(registry.entries(registry.AGENTS)))")
    assert names == sorted(names)
    assert {"aardvark", "middle", "process", "zebra"} <= set(names)


def test_an_agent_of_another_distribution_plays_in_a_worker(site):
    site.install("acme-bots", {"arena.agents": {"parrot": "parrot:Parrot"}}, parrot=PARROT)
    assert site.ask("""
        found = registry.agent("parrot")
        show([found.name, found.argument, found.is_isolated, type(found.make()).__module__])
    """) == ["parrot", "parrot:Parrot", False, "agents.process"]


def test_an_agent_in_a_worker_keeps_its_own_card_and_pays_for_its_time(site):
    site.install("acme-bots", {"arena.agents": {"parrot": "parrot:Parrot"}}, parrot=PARROT)
    assert site.ask("""
        card = registry.agent("parrot").card
        show([card.name, card.version, sorted(card.roles), card.is_timed])
    """) == ["parrot", "3.1", ["defender"], True]


def test_an_agent_in_a_worker_takes_no_argument(site):
    site.install("acme-bots", {"arena.agents": {"parrot": "parrot:Parrot"}}, parrot=PARROT)
    assert site.ask("show(refusal(registry.agent, 'parrot:green'))") == [
        "UnknownNameError",
        "no agent is called 'parrot:green'; did you mean parrot?",
    ]


@pytest.mark.parametrize("name", ["parrot:Parrot", "process:parrot:Parrot"])
def test_a_class_by_its_module_plays_in_a_worker(site, name):
    site.install("acme-bots", {}, parrot=PARROT)
    assert site.ask(f"""
        found = registry.agent({name!r})
        show([found.name, found.argument, found.is_isolated, type(found.make()).__module__, found.card.version])
    """) == [name, "parrot:Parrot", False, "agents.process", "3.1"]


def test_a_class_needs_no_card(site):
    site.install("acme-bots", {}, parrot="class Parrot:\n    def act(self, view): ...")
    assert site.ask("""
        card = registry.agent("parrot:Parrot").card
        show([card.name, card.version, sorted(card.roles), sorted(card.languages), card.is_timed])
    """) == ["parrot:Parrot", "0", ["attacker", "defender"], ["en", "zh"], True]


def test_a_class_that_is_not_there_is_told_with_the_remedy(site):
    name, message = site.ask("show(refusal(registry.agent, 'nowhere:Parrot'))")
    assert name == "BrokenAgentError"
    assert message.startswith("agent 'nowhere:Parrot' cannot be loaded: ModuleNotFoundError: No module named 'nowhere'")
    assert "name a class as module:Class" in message


@pytest.mark.parametrize("name", ["parrot", "parrot:Parrot"])
def test_code_that_is_not_ours_is_never_imported_by_the_host(site, name):
    site.install("acme-bots", {"arena.agents": {"parrot": "parrot:Parrot"}} if ":" not in name else {}, parrot=PARROT)
    assert (
        site.ask(f"""
        import sys
        registry.agent({name!r}).make()
        show("parrot" in sys.modules)
    """)
        is False
    )


def test_a_built_in_agent_without_memory_is_isolated(site):
    assert site.ask("show([registry.agent(name).is_isolated for name in ('direct', 'human')])") == [True, False]


@pytest.mark.parametrize("source", ["def odd(argument): ...", "class odd: ...", "class odd:\n    card = 'odd'"])
def test_a_built_in_agent_is_a_class_with_a_card(site, source):
    site.install("taboo-arena", {"arena.agents": {"odd": "odd_ones:odd"}}, odd_ones=source)
    assert site.ask("show(refusal(registry.agent, 'odd'))") == [
        "BrokenPluginError",
        "agent 'odd' of distribution 'taboo-arena' is broken: odd_ones:odd is not a class with a card; "
        "repair or uninstall taboo-arena",
    ]


def test_a_judge_in_the_version_of_the_rules_sits(site):
    site.install("acme-rules", {"arena.judges": {"stern": "stern:Stern"}}, stern=STERN)
    assert site.ask("""
        from arena.core.rules import JudgeSpec, preset
        rules = preset("spag", judges=(JudgeSpec("stern", "2", 0.5),))
        show([[name, type(judge).__name__] for name, judge in registry.judges_for(rules).items()])
    """) == [["stern", "Stern"]]


def test_a_judge_in_another_version_is_refused(site):
    site.install("acme-rules", {"arena.judges": {"stern": "stern:Stern"}}, stern=STERN)
    assert site.ask("""
        from arena.core.rules import JudgeSpec
        show(refusal(registry.judge, JudgeSpec("stern", "1", 0.5)))
    """) == ["JudgeVersionError", "judge 'stern' is installed in version 2, but the rules name version 1"]


def test_an_unknown_judge_suggests_near_names(site):
    site.install("acme-rules", {"arena.judges": {"stern": "stern:Stern"}}, stern=STERN)
    assert site.ask("""
        from arena.core.rules import JudgeSpec
        show(refusal(registry.judge, JudgeSpec("sterm", "1", 0.5)))
    """) == ["UnknownNameError", "no judge is called 'sterm'; did you mean stern?"]


def test_a_command_of_another_distribution_joins_taboo(site):
    site.install(
        "acme-tools",
        {"taboo.commands": {"acme": "acme_tools:command"}},
        acme_tools='def command() -> None:\n    """Does what acme does."""\n    print("done by acme")',
    )
    done = site.python("-m", "arena", "acme")
    assert (done.returncode, done.stdout.strip()) == (0, "done by acme")
    assert "Does what acme does." in site.python("-m", "arena", "--help").stdout


def test_a_broken_command_leaves_the_others_and_says_whose_it_is(site):
    site.install("acme-tools", {"taboo.commands": {"acme": "acme_tools:command"}}, acme_tools="import missing_library")
    helped = site.python("-m", "arena", "--help")
    assert helped.returncode == 0
    assert "(broken: see distribution acme-tools)" in helped.stdout
    failed = site.python("-m", "arena", "acme")
    assert failed.returncode == 2
    assert failed.stderr.startswith("taboo: command 'acme' of distribution 'acme-tools' is broken: ModuleNotFoundError")

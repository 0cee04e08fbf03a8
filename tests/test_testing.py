"""The conformance kits, shown on subjects that keep the laws and on subjects that break them one at a time."""

import asyncio

import pytest

from arena.core.actions import Action, Ruling
from arena.core.hits import Evasion, Form, Hit, HitRule, Language
from arena.core.ports import AgentCard, Resign
from arena.core.verdict import Role
from arena.judges.form import FormJudge
from arena.judges.wordlike import WordlikeJudge
from arena.testing import (
    ConformanceError,
    Finding,
    Report,
    agent_views,
    assert_agent_conforms,
    check_agent,
    check_judge,
    check_log,
    check_matcher,
)


def problems(report):
    return "\n".join(f"{finding.law}: {finding.problem}" for finding in report.broken)


# --- reports ----------------------------------------------------------------------------------------------------------


def test_a_report_counts_the_laws_and_lists_the_broken_ones():
    report = Report("judge x", (Finding("one"), Finding("two", "it is not")))
    assert str(report) == "judge x: 1 of 2 laws hold\n  broken: two: it is not"
    with pytest.raises(ConformanceError, match="broken: two: it is not") as caught:
        report.require()
    assert caught.value.report is report


def test_a_report_without_a_broken_law_passes():
    report = Report("judge x", (Finding("one"),))
    assert report.require() is report


# --- agents -----------------------------------------------------------------------------------------------------------


class WholeWords:
    fingerprint = "0" * 16

    def said(self, text, target, policy):
        at = text.find(target)
        return () if at < 0 else (Hit(at, at + len(target), target, HitRule.EXACT, counts=True),)

    def guessed(self, guess, target, policy):
        return guess == target


class Courteous:
    card = AgentCard("courteous", "1", "says the same to everybody")

    def __init__(self, argument):
        self.argument = argument

    async def act(self, view):
        return Action("\u4f60\u597d" if view.rules.language is Language.CHINESE else "Hello there.")

    async def close(self):
        return None


class Guesser(Courteous):
    async def act(self, view):
        is_last = view.role is Role.DEFENDER and view.guesses_left > 0 and view.turns_left == 1
        return Action(guess="lemon") if is_last else await super().act(view)


class Quitter(Courteous):
    async def act(self, view):
        return Resign()


@pytest.mark.parametrize("kind", [Courteous, Guesser, Quitter])
def test_an_agent_that_keeps_the_laws_conforms(kind):
    report = check_agent(kind, matcher=WholeWords()).require()
    assert len(report.findings) == 2 + 4 * (len(agent_views(Role.ATTACKER, Language.ENGLISH)) + 1)
    assert_agent_conforms(kind, matcher=WholeWords())


class NoCard(Courteous):
    card = None


class Unsummarised(Courteous):
    card = AgentCard("courteous", "1", "")


class TwoLines(Courteous):
    card = AgentCard("courteous", "1", "one\ntwo")


class Colon(Courteous):
    card = AgentCard("llm:x", "1", "says the same to everybody")


class NoRoles(Courteous):
    card = AgentCard("courteous", "1", "sits nowhere", roles=frozenset())


class OtherLanguage(Courteous):
    card = AgentCard("courteous", "1", "speaks what nobody plays", languages=frozenset({"fr"}))


class Crashing(Courteous):
    async def act(self, view):
        return view.history[5].text.upper()


class Texting(Courteous):
    async def act(self, view):
        return "hello"


class Verbose(Courteous):
    async def act(self, view):
        return Action("x" * (view.rules.max_chars + (view.rules.max_chars < 200)))


class Guessing(Courteous):
    async def act(self, view):
        return Action(guess="lemon")


class Leaking(Courteous):
    async def act(self, view):
        return Action(f"It is {getattr(view, 'target', 'lemon')}.")


class Moody(Courteous):
    moods = iter(range(10**6))

    async def act(self, view):
        return Action(f"mood {next(self.moods)}")


class Closing(Courteous):
    async def close(self):
        raise OSError("already closed")


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (NoCard, "the card is complete: there is no card"),
        (Unsummarised, "the card is complete: summary is ''"),
        (TwoLines, "summary has more than one line"),
        (Colon, "name holds a colon"),
        (NoRoles, "roles are frozenset()"),
        (OtherLanguage, "languages are frozenset({'fr'})"),
        (Crashing, "opening: raised IndexError"),
        (Texting, "answered with str, not an Action"),
        (Verbose, "little room: Action(text="),
        (Guessing, "as attacker in en: opening: Action(text='', guess='lemon') is refused: attacker_guess"),
        (Guessing, "as defender in zh: no guess left: Action(text='', guess='lemon') is refused: guess_limit"),
        (Leaking, "plays a whole match as attacker in en: said its own word: 'It is piano.'"),
        (Moody, "the same view was answered with"),
        (Closing, "which may be closed unused: raised OSError: already closed"),
    ],
)
def test_an_agent_that_breaks_a_law_is_told_which(kind, problem):
    report = check_agent(kind, matcher=WholeWords())
    assert problem in problems(report)


def test_an_agent_made_twice_must_be_two():
    only = Courteous(None)

    class Shared:
        card = Courteous.card

        def __new__(cls, argument):
            return only

    assert "the same object was made twice" in problems(check_agent(Shared, matcher=WholeWords()))


def test_a_timed_agent_may_change_its_mind():
    class Timed(Moody):
        card = AgentCard("timed", "1", "thinks as long as it takes", is_timed=True)

    check_agent(Timed, matcher=WholeWords()).require()


def test_of_a_person_only_the_card_is_checked():
    class Person(Crashing):
        card = AgentCard("person", "1", "somebody", is_human=True)

    assert [finding.law for finding in check_agent(Person, matcher=WholeWords()).require().findings] == [
        "the card is complete"
    ]


def test_an_agent_that_does_not_answer_is_told_so():
    class Asleep(Courteous):
        card = AgentCard("asleep", "1", "never wakes", frozenset({Role.ATTACKER}), frozenset({Language.ENGLISH}))

        async def act(self, view):
            raise TimeoutError

    assert "did not answer within 30000 ms" in problems(check_agent(Asleep, matcher=WholeWords()))


# --- judges -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("judge", [FormJudge, WordlikeJudge])
def test_the_built_in_judges_conform(judge):
    asyncio.run(judge().rule(_warm_up()))
    report = check_judge(judge, mean_ms=5).require()
    assert len(report.findings) == 5


def _warm_up():
    from arena.core.actions import Case

    return Case(Role.ATTACKER, 1, "what a lovely day \u4eca\u5929\u5929\u6c14\u5f88\u597d", (), Language.ENGLISH)


class Fair:
    name, version, fingerprint = "fair", "1", "f" * 16
    count = 0

    def score(self, case):
        return 0.0

    async def rule(self, case):
        Fair.count += 1
        return Ruling(self.name, self.version, "fine", self.score(case), self.fingerprint)


class Unnamed(Fair):
    name = ""


class Unversioned(Fair):
    version = 1


class Unprinted(Fair):
    fingerprint = "latest"


class Reprinted(Fair):
    @property
    def fingerprint(self):
        Fair.count += 1
        return f"{Fair.count:016x}"


class Percent(Fair):
    def score(self, case):
        return 55


class NotANumber(Fair):
    def score(self, case):
        return float("nan")


class Unavailable(Fair):
    def score(self, case):
        return None


class Fickle(Fair):
    def score(self, case):
        return Fair.count % 2 / 2


class Fragile(Fair):
    def score(self, case):
        return float(case.text.encode("utf-8") == b"")


class Anonymous(Fair):
    async def rule(self, case):
        return Ruling("somebody", "1", "fine", 0.0, self.fingerprint)


class Speechless(Fair):
    async def rule(self, case):
        return Ruling(self.name, self.version, "", 0.0, self.fingerprint)


@pytest.mark.parametrize(
    ("judge", "problem"),
    [
        (Unnamed, "name and version are text: name is ''"),
        (Unversioned, "name and version are text: version is 1"),
        (Unprinted, "it is 'latest'"),
        (Reprinted, "it changes: "),
        (Percent, "the score is 55, not a number in [0, 1]"),
        (NotANumber, "the score is nan"),
        (Unavailable, "the score is None"),
        (Fickle, "it ruled 'fine' 0"),
        (Fragile, "rules on hostile utterances, the same whenever asked: raised UnicodeEncodeError"),
        (Anonymous, "the ruling is signed ('somebody', '1', 'ffffffffffffffff')"),
        (Speechless, "the label is ''"),
    ],
)
def test_a_judge_that_breaks_a_law_is_told_which(judge, problem):
    assert problem in problems(check_judge(judge))


def test_a_judge_that_is_slow_is_told_so():
    assert "utterance at most: took " in problems(check_judge(Fair, mean_ms=0.0))
    assert problems(check_judge(Fair)) == ""


# --- matchers ---------------------------------------------------------------------------------------------------------


class Substring:
    """What a matcher must not be."""

    fingerprint = "5" * 16

    def said(self, text, target, policy):
        at = text.find(target)
        return () if at < 0 else (Hit(at, at + len(target), target, HitRule.EXACT, counts=True),)

    def guessed(self, guess, target, policy):
        return target in guess


def test_a_substring_matcher_does_not_conform():
    broken = {finding.law: finding.problem for finding in check_matcher(Substring()).broken}
    assert broken == {
        "'Two BANANAS, please' says 'banana'": "the matcher differs",
        "'Two bananas, please' does not say 'banana'": "the matcher differs",
        "'charcoal' does not say 'coal'": "the matcher differs",
        "'\u6d77\u4e0a\u6d77\u5916' does not say '\u4e0a\u6d77'": "the matcher differs",
    }


class Sloppy(Substring):
    """Answers with whatever hits it is given."""

    def __init__(self, *hits):
        self.hits = hits

    def said(self, text, target, policy):
        return self.hits


@pytest.mark.parametrize(
    ("matcher", "problem"),
    [
        (Sloppy(), "'piano' does not"),
        (Sloppy(Hit(5, 9, "x", HitRule.EXACT, True)), "in '' a hit is at 5 to 9"),
        (Sloppy(Hit(5, 6, "x", HitRule.EXACT, True), Hit(0, 1, "x", HitRule.EXACT, True)), "they are out of order"),
    ],
)
def test_a_matcher_that_breaks_a_law_is_told_which(matcher, problem):
    assert problem in problems(check_matcher(matcher))


def test_an_evasion_that_counts_under_watch_is_told():
    class Severe(Substring):
        def said(self, text, target, policy):
            at = text.find("onaip")
            hit = Hit(at, at + 5, "piano", HitRule.REVERSED, counts=True)
            return (hit,) if at >= 0 else super().said(text, target, policy)

    broken = [finding for finding in check_matcher(Severe()).broken if "a hit by reversed counts" in finding.problem]
    assert len(broken) == len(Form) * len(Language)
    assert all(str(Evasion.WATCH) in finding.law for finding in broken)


def test_a_matcher_that_changes_its_mind_is_told_so():
    class Fickle(Substring):
        count = 0

        def said(self, text, target, policy):
            Fickle.count += 1
            return super().said(text, target, policy) if Fickle.count % 2 else ()

    assert "they change from one time to the next" in problems(check_matcher(Fickle()))


# --- logs -------------------------------------------------------------------------------------------------------------


NO_GAPS, WHOLE_BATCHES = (
    "an event that was there, or that leaves a gap, is refused",
    "a batch is kept whole or not at all",
)


class Ledger:
    """A log that keeps the laws, as small as can be."""

    def __init__(self, kept=None):
        self.kept = kept if kept is not None else {}
        self.is_closed = False

    async def append(self, events):
        known = self.kept.get(events[0].match, [])
        if [event.seq for event in events] != list(range(len(known), len(known) + len(events))):
            raise ValueError("a gap")
        self.kept[events[0].match] = [*known, *events]

    async def read(self, match):
        return list(self.kept.get(match, []))

    async def close(self):
        self.is_closed = True


def made(kind):
    async def make():
        return kind()

    return make


def test_a_log_that_keeps_the_laws_conforms_and_is_closed():
    logs = []

    async def make():
        logs.append(Ledger())
        return logs[-1]

    async def reopen(log):
        await log.close()
        return Ledger(log.kept)

    assert len(check_log(make, reopen).require().findings) == 6
    assert all(log.is_closed for log in logs)


class Unchecked:
    def __init__(self):
        self.kept = {}

    async def append(self, events):
        for event in events:
            self.kept.setdefault(event.match, []).append(event)

    async def read(self, match):
        return list(self.kept.get(match, []))


class Halfway(Ledger):
    async def append(self, events):
        for event in events:
            await super().append([event])


class Exposed(Ledger):
    async def read(self, match):
        return self.kept.get(match, [])

    def close(self):
        self.is_closed = True


class Backwards(Ledger):
    async def read(self, match):
        return (await super().read(match))[::-1]


class Haunted(Ledger):
    async def read(self, match):
        return await super().read(match) or [None]


class Mixed(Ledger):
    async def append(self, events):
        before = list(self.kept.get(events[0].match, []))
        await asyncio.sleep(0)
        self.kept = {events[0].match: [*before, *events]}


@pytest.mark.parametrize(
    ("kind", "laws"),
    [
        (
            Unchecked,
            ["an event that was there, or that leaves a gap, is refused", "a batch is kept whole or not at all"],
        ),
        (Halfway, [WHOLE_BATCHES]),
        (Exposed, ["what was read may be changed without changing the log"]),
        (Haunted, ["what was appended is read back, in order, to the byte"]),
    ],
)
def test_a_log_that_breaks_a_law_is_told_which(kind, laws):
    assert [finding.law for finding in check_log(made(kind)).broken] == laws


@pytest.mark.parametrize("kind", [Backwards, Mixed])
def test_a_log_that_loses_or_reorders_events_does_not_conform(kind):
    assert "holds other events" in problems(check_log(made(kind)))


def test_a_log_that_forgets_when_it_is_opened_again_does_not_conform():
    async def reopen(log):
        return Ledger()

    (finding,) = check_log(made(Ledger), reopen).broken
    assert finding.law == "what was appended is there when the log is opened again"


def test_a_log_that_changes_what_was_said_does_not_conform():
    class Tidy(Ledger):
        async def append(self, events):
            await super().append(events)
            self.kept[events[0].match] = [_tidied(event) for event in self.kept[events[0].match]]

    assert "was changed" in problems(check_log(made(Tidy)))


def _tidied(event):
    from arena.core.events import Event

    return Event.from_line(event.to_line().replace("\\u2028", " "))

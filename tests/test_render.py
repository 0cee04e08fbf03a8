"""A match as people read it: every ending has its sentence, and hostile text is inert."""

import io

import pytest
from doubles import started
from rich.console import Console

from arena.core.actions import Action, Note, Ruling
from arena.core.events import (
    Acted,
    Departure,
    Event,
    Faulted,
    Finished,
    Left,
    Noted,
    Refusal,
    Refused,
    Resumed,
    Started,
    Suspended,
)
from arena.core.hits import Hit, HitRule
from arena.core.measures import Reading
from arena.core.verdict import Cause, Reason, Role, Verdict
from arena.render import measured, sentence, show_match

BANANA = Hit(2, 8, "banana", HitRule.EXACT, counts=True)
NOTED = Hit(0, 1, "a", HitRule.SPELLED, counts=False)


def acted(role: Role, text: str, *, guess=None, right=None, hits=(), rulings=(), seal=None) -> Acted:
    return Acted(role, 1, "1", Action(text, guess), right, hits, rulings, "f", seal)


def shown(*bodies, crashes=None) -> str:
    out = io.StringIO()
    events = [Event("m", seq, 0, body) for seq, body in enumerate([started(), *bodies])]
    show_match(Console(file=out, width=100, force_terminal=False), events, crashes)
    return out.getvalue()


LAST = acted(Role.DEFENDER, "a banana", hits=(NOTED, BANANA))


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict(None, Reason.ABORTED), "Nobody made a first action; the match does not count."),
        (Verdict(Role.ATTACKER, Reason.FORFEIT, Cause.TIME), "The defender ran out of time."),
        (Verdict(Role.DEFENDER, Reason.FORFEIT, Cause.CRASH), "The attacker crashed."),
        (
            Verdict(Role.DEFENDER, Reason.FORFEIT, Cause.REFUSALS),
            "The attacker made two illegal actions in one turn.",
        ),
        (Verdict(Role.ATTACKER, Reason.RESIGNED), "The defender gave up."),
        (Verdict(Role.DEFENDER, Reason.LEAKED), "The attacker said its own word: 'banana' says 'banana'."),
        (Verdict(None, Reason.VOID), "The attacker said its own word: 'banana' says 'banana'; the match is void."),
        (
            Verdict(Role.ATTACKER, Reason.RULED, judge="form", label="pasted"),
            "The judge 'form' ruled against the defender: pasted.",
        ),
        (Verdict(Role.DEFENDER, Reason.INFERRED), "The defender saw it coming and guessed 'banana'."),
        (Verdict(Role.ATTACKER, Reason.MISGUESSED), "The defender guessed wrong; the word was 'banana'."),
        (Verdict(Role.ATTACKER, Reason.INDUCED), "The defender said it unaware: 'banana' says 'banana'."),
        (Verdict(None, Reason.TIE), "The turns ran out and nobody said 'banana'."),
        (Verdict(None, Reason.INFRASTRUCTURE), "The platform failed; the match does not count."),
    ],
)
def test_every_ending_has_its_sentence(verdict, said):
    assert sentence(verdict, "banana", LAST) == said


def test_every_reason_is_covered_above():
    for reason in Reason:
        assert sentence(Verdict(Role.ATTACKER, reason), "banana", None)


def test_a_transcript_shows_word_players_turns_and_verdict():
    text = shown(acted(Role.ATTACKER, "what is yellow"), LAST, Finished(Verdict(Role.ATTACKER, Reason.INDUCED)))
    for part in ("the word is banana", "turn 1", "what is yellow", "a banana", "the attacker wins: induced"):
        assert part in text


def test_guesses_rulings_and_crashes_are_shown():
    ruling = Ruling("form", "1", "pasted", 1.0, "f")
    text = shown(
        acted(Role.ATTACKER, "hello", rulings=(ruling,)),
        acted(Role.DEFENDER, "", guess="apple", right=False),
        acted(Role.DEFENDER, "so", guess="banana", right=True),
        Finished(Verdict(None, Reason.TIE)),
        crashes={Role.DEFENDER: "KeyError: 'lost'"},
    )
    for part in ("[form: pasted]", "[guesses 'apple': wrong]", "[guesses 'banana': right]", "KeyError: 'lost'"):
        assert part in text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (Refused(Role.ATTACKER, 1, "1", Action(""), Refusal.TOO_LONG), "(refused: too long)"),
        (Left(Role.ATTACKER, Departure.TIME), "(ran out of time)"),
        (Left(Role.ATTACKER, Departure.CRASH), "(crashed)"),
        (Left(Role.ATTACKER, Departure.RESIGNED), "(gave up)"),
        (Suspended(), "(suspended)"),
        (Resumed(), "(went on)"),
        (Faulted(), "(faulted)"),
    ],
)
def test_whatever_else_happens_is_an_aside(body, said):
    assert said in shown(body)


def test_redacted_words_are_shown_as_such():
    assert "(redacted)" in shown(acted(Role.ATTACKER, "", seal="00"))


def test_hostile_text_is_inert():
    text = shown(acted(Role.ATTACKER, "\x1b[2J[bold red]gone[/] \u202egnihtyna \x07"))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    assert "[bold red]gone[/]" in text


def test_a_verdict_without_a_start_is_skipped():
    out = io.StringIO()
    show_match(Console(file=out), [Event("m", 0, 0, Finished(Verdict(None, Reason.TIE)))])
    assert isinstance(started(), Started)
    assert out.getvalue().strip() != "tie"


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (
            Note("model", "A cow.", (("model", "tiny"), ("prompt", "plain/1"), ("prompt_tokens", 76), ("tokens", 13))),
            "model  tiny, prompt plain/1: 76 tokens read, 13 written",
        ),
        (Note("reasoning", "It meows,\nso it is a cat."), "reasoning  It meows, so it is a cat."),
        (Note("reasoning", "on and " * 100), " ..."),
        (Note("tool", "", (("word", "cat"), ("gone", None))), "tool  word cat"),
        (Note("tool", "\x1b[31mred"), "[31mred"),
    ],
)
def test_what_a_program_noted_stands_above_its_words(note, line):
    said = Acted(Role.ATTACKER, 1, "1", Action("hello"), None, (), (), "f")
    page = shown(Noted(Role.ATTACKER, 1, "1", note), said)
    assert line in page
    assert page.index(line) < page.index("hello")
    assert "\x1b" not in page


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ((("log_p", -5.214), ("rank", 34), ("rank_of", 2048)), "leak: log p -5.21, rank 34 of 2,048"),
        ((("log_p", -5.0), ("rank", 1234), ("rank_of", None), ("tokens", 2)), "leak: log p -5.00, rank 1,234"),
        ((("log_p", None), ("among", 3), ("among_of", 51), ("as", "next")), "leak: log p none, among 3 of 51"),
    ],
)
def test_a_reading_is_told_in_one_line(facts, line):
    assert measured("leak", Reading(2, facts)) == line


def test_what_stands_beside_an_event_is_shown_under_it():
    out = io.StringIO()
    events = [Event("m", seq, 0, body) for seq, body in enumerate([started(), LAST])]
    console = Console(file=out, width=100, force_terminal=False)
    show_match(console, events, beside={1: ["leak: \x1b[31m1"], 7: ["nothing"]})
    assert out.getvalue().splitlines()[-2:] == ["  defender  a banana", "            leak: \u241b[31m1"]

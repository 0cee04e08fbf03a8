import asyncio
import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest
from rich.console import Console

from agents.human import HumanAgent, HumanArgumentError, Keyboard
from arena.core.actions import Action, Said
from arena.core.ports import AgentKind, Resign
from arena.core.rules import PRESETS, Rules
from arena.core.verdict import Role
from arena.core.views import AttackerView, DefenderView

SCRIPT = Path(__file__).parent / "terminal_match.py"
HOSTILE = "\x1b[2J[bold]hi[/bold] \u202eanana\u202c"


class Terminal:
    """A person at a pseudo-terminal on which a match is played."""

    def __init__(self, role, guesses, *lines):
        host, inside = pty.openpty()
        self._host, self.seen, self._at = host, "", 0
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT), role, str(guesses), *lines],
            stdin=inside, stdout=inside, stderr=inside, start_new_session=True,
            env={**os.environ, "COLUMNS": "100", "TERM": "xterm"},
        )  # fmt: skip
        os.close(inside)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._host)

    def sees(self, wanted, seconds=20):
        """Wait until the text has appeared after what was seen before."""
        end = time.monotonic() + seconds
        while (found := self.seen.find(wanted, self._at)) < 0:
            if time.monotonic() > end or not self._read():
                raise AssertionError(f"{wanted!r} did not appear in {self.seen[self._at :]!r}")
        self._at = found + len(wanted)

    def _read(self):
        if not select.select([self._host], [], [], 1)[0]:
            return True
        try:
            chunk = os.read(self._host, 65536)
        except OSError:  # the other end was closed
            return False
        self.seen += chunk.decode("utf-8", "replace")
        return bool(chunk)

    def types(self, text):
        self.sees("> ")
        self.presses(text + "\n")

    def presses(self, keys):
        os.write(self._host, keys.encode())

    def result(self):
        self.sees("RESULT ")
        while "\n" not in self.seen[self._at :]:
            self._read()
        return json.loads(self.seen[self._at :].splitlines()[0])


def without_colour(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_defender_talks_looks_around_and_guesses():
    with Terminal("defender", 1, "What is yellow?", "And long?", "Well?") as person:
        person.sees("You defend.")
        person.sees("What is yellow?")
        person.types("A lemon, \u6211\u60f3\u3002")
        person.sees("And long?")
        person.types("/help")
        person.sees("/resign")
        person.types("/dance")
        person.sees("There is no command /dance.")
        person.types("/history")
        person.sees("\u6211\u60f3")
        person.types("/guess")
        person.sees("Guess what?")
        person.types("x" * 61)
        person.sees("That has 61 characters; 60 are allowed.")
        person.types("/guess banana")
        person.sees("It is your only guess. [y/N]")
        person.presses("n\n")
        person.types("/guess banana")
        person.sees("[y/N]")
        person.presses("y\n")
        verdict, said = person.result()
        assert "banana" not in without_colour(person.seen.partition("/guess banana")[0])
    assert verdict == {"winner": "defender", "reason": "inferred"}
    assert [text for _, text, _ in said] == ["What is yellow?", "A lemon, \u6211\u60f3\u3002", "And long?", ""]
    assert said[-1][2] == "banana"


def test_an_attacker_sees_its_word_and_may_not_guess():
    with Terminal("attacker", 1, "I do not know.", "Do you mean a banana?") as person:
        person.sees("The word is ")
        person.sees("banana")
        person.types("/guess banana")
        person.sees("Only the defender guesses")
        person.types("")
        person.types("//what is yellow?")
        person.sees("I do not know.")
        person.types("\x1b[A\x1b[DThink of monkeys.")
        verdict, said = person.result()
    assert verdict == {"winner": "attacker", "reason": "induced"}
    assert [text for role, text, _ in said if role == "attacker"] == ["/what is yellow?", "Think of monkeys."]


def test_what_the_opponent_writes_is_shown_and_never_obeyed():
    with Terminal("defender", 0, HOSTILE, "x", "y") as person:
        person.sees("\u241b[2J[bold]hi[/bold] anana")
        person.types("/guess apple")
        person.sees("You have no guess left.")
        for line in "abc":
            person.types(line)
        verdict, _ = person.result()
        assert "\x1b[2J" not in person.seen
        assert "\u202e" not in person.seen
    assert verdict == {"winner": None, "reason": "tie"}


@pytest.mark.parametrize("keys", ["\x03", "\x04"], ids=["ctrl_c", "end_of_input"])
def test_ctrl_c_and_the_end_of_input_give_up_cleanly(keys):
    with Terminal("defender", 1, "What is yellow?") as person:
        person.sees("> ")
        person.presses(keys)
        person.sees("You gave up.")
        verdict, _ = person.result()
        assert "Traceback" not in person.seen
    assert verdict == {"winner": "attacker", "reason": "resigned"}


def test_giving_up_is_asked_twice():
    with Terminal("defender", 1, "What is yellow?") as person:
        person.types("/resign")
        person.sees("Give up? [y/N]")
        person.presses("\n")
        person.types("/resign")
        person.sees("[y/N]")
        person.presses("yes\n")
        verdict, _ = person.result()
    assert verdict == {"winner": "attacker", "reason": "resigned"}


# --- without a terminal ---------------------------------------------------------------------------------------------


def act(typed, view):
    """What a person who typed this ahead decides, and what the screen then shows."""
    reading, writing = os.pipe()
    try:
        os.write(writing, typed.encode())
        os.close(writing)
        screen = io.StringIO()
        human = HumanAgent(None, Console(file=screen, width=100), Keyboard(reading))
        return asyncio.run(human.act(view)), screen.getvalue()
    finally:
        os.close(reading)


def defender(history=(), guesses=1, refusals=0, rules=None, turn=1):
    return DefenderView(rules or Rules(), turn, tuple(history), guesses, 135_000, 7, refusals)


def test_a_resumed_match_shows_all_that_was_said():
    history = [
        Said(Role.ATTACKER, 1, None),
        Said(Role.DEFENDER, 1, "Is it this?", "lemon", warned=True),
        Said(Role.ATTACKER, 2, "No."),
    ]
    answer, screen = act("hello\n", defender(history, guesses=2, refusals=1, turn=2))
    assert answer == Action("hello")
    for shown in ("(erased)", "guesses 'lemon'", "(warned by a judge)", "turn 2 of 10", "2 guesses left", "[2:15] > "):
        assert shown in screen
    assert "against the rules" in screen


def test_only_what_is_new_is_shown_from_the_second_turn_on():
    reading, writing = os.pipe()
    os.write(writing, b"one\ntwo\n")
    screen = io.StringIO()
    human = HumanAgent(None, Console(file=screen, width=100), Keyboard(reading))
    first = (Said(Role.ATTACKER, 1, "opening words"),)
    second = (*first, Said(Role.DEFENDER, 1, "one"), Said(Role.ATTACKER, 2, "closing words"))

    async def play():
        return [await human.act(defender(first)), await human.act(defender(second, turn=2))]

    assert asyncio.run(play()) == [Action("one"), Action("two")]
    os.close(reading)
    os.close(writing)
    shown = screen.getvalue()
    assert (shown.count("opening words"), shown.count("closing words"), shown.count("one")) == (1, 1, 0)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", Resign()),
        ("half a line", Resign()),
        ("/guess lemon\n\u662f\n", Action(guess="lemon")),
        ("/guess lemon\n", Resign()),
        ("/guess " + "x" * 501 + "\nok\n", Action("ok")),
        ("\u9999\u8549\r\n", Action("\u9999\u8549")),
        ("caf\u0065\u0301\n", Action("caf\u0065\u0301")),
    ],
)
def test_what_is_typed_is_what_is_done(typed, answer):
    assert act(typed, defender())[0] == answer


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("/help", "/history      show everything"),
        ("/dance", "There is no command /dance."),
        ("/guess", "Guess what?"),
        ("/guess " + "x" * 501, "No word is that long."),
        ("/guess [red]lemon\ny", "Guess '[red]lemon'? It is your only guess. [y/N]"),
        ("x" * 501, "That has 501 characters; 500 are allowed."),
        ("/resign\ny", "Give up? [y/N]"),
        ("\n\n", "[2:15] > [2:15] > "),
    ],
)
def test_whatever_is_typed_gets_a_reply(typed, shown):
    assert shown in act(f"{typed}\nok\n", defender())[1]


def test_an_attacker_is_told_its_word_and_that_it_cannot_guess():
    view = AttackerView(Rules(), 1, (), 1, 1000, 7, target="banana")
    answer, screen = act("/guess banana\nok\n", view)
    assert answer == Action("ok")
    assert "The word is banana." in screen
    assert "Only the defender guesses" in screen


@pytest.mark.parametrize(("rules", "warning"), [("paper", False), ("spag", True)])
def test_a_defender_is_told_what_a_wrong_guess_costs(rules, warning):
    assert ("a wrong one loses" in act("ok\n", defender(rules=PRESETS[rules]))[1]) is warning


def test_history_shows_everything_again():
    said = (Said(Role.ATTACKER, 1, "opening words"),)
    assert act("/history\nok\n", defender(said))[1].count("opening words") == 2


def test_a_defender_without_guesses_is_told_so():
    assert "You have no guess left." in act("/guess lemon\nok\n", defender(guesses=0))[1]


def test_markup_in_the_name_of_a_word_list_is_shown_as_written():
    _, screen = act("hi\n", defender(rules=Rules(word_list="[red]mine[/red]")))
    assert "[red]mine[/red]" in screen


def test_input_may_come_from_a_file(tmp_path):
    path = tmp_path / "typed"
    path.write_text("from a file\n")
    with path.open("rb") as file:
        human = HumanAgent(None, Console(file=io.StringIO()), Keyboard(file.fileno()))
        view = AttackerView(Rules(), 1, (), 1, 1000, 7, target="banana")
        assert asyncio.run(human.act(view)) == Action("from a file")


def test_a_person_may_play_from_another_thread_than_the_main_one():
    answers = []
    thread = Thread(target=lambda: answers.append(act("hi\n", defender())[0]))
    thread.start()
    thread.join()
    assert answers == [Action("hi")]


def test_waiting_for_a_person_is_cancelled_and_leaves_ctrl_c_as_it_was():
    reading, writing = os.pipe()
    human = HumanAgent(None, Console(file=io.StringIO()), Keyboard(reading))

    async def play():
        before = signal.getsignal(signal.SIGINT)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(human.act(defender()), 0.05)
        assert signal.getsignal(signal.SIGINT) is before
        await human.close()

    asyncio.run(play())
    os.close(reading)
    os.close(writing)


def test_the_class_is_an_agent_kind_for_people():
    assert isinstance(HumanAgent, AgentKind)
    assert HumanAgent.card.is_human
    assert HumanAgent.card.is_timed
    with pytest.raises(HumanArgumentError, match="takes no argument"):
        HumanAgent("Ada")

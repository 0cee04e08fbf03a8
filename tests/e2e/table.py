"""What the tests do at the pages, in the words of a visitor."""

from typing import Any

AGREE = "input[name=agree]"


def register(page: Any, url: str, name: str) -> None:
    """Make an account, agreeing to what is stored."""
    page.goto(f"{url}/register")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", "a long enough password")
    page.check(AGREE)
    page.locator("main button:not([type=button])").last.click()
    page.wait_for_url("**/lobby")


def choose(page: Any, **choices: str) -> None:
    """Choose in the lobby's form: radio buttons by name and value."""
    for name, value in choices.items():
        page.locator(f"input[name={name}][value={value}]").check(force=True)


def open_match(page: Any, url: str, *, nickname: str | None = None, agent: str | None = None, **choices: str) -> None:
    """Start from the lobby, as a guest where a nickname is given."""
    page.goto(f"{url}/lobby")
    choose(page, **choices)
    if agent is not None:
        page.select_option("#agent", agent)
    if nickname is not None:
        page.fill("#nickname", nickname)
        page.check(AGREE)
    page.click("form.start button")


def seated(page: Any) -> None:
    """Wait until the page holds its seat."""
    page.wait_for_selector("#play[data-connection=live]")


def my_turn(page: Any) -> None:
    """Wait until the page may act."""
    page.wait_for_selector("#play[data-turn=mine]")


def say(page: Any, text: str) -> None:
    """Say something, and wait until the page has put it down."""
    my_turn(page)
    page.fill("#text", text)
    page.click("#composer button")
    heard(page, text)


def heard(page: Any, text: str) -> None:
    """Wait until an utterance stands in the conversation."""
    page.locator("#talk .said-text", has_text=text).first.wait_for()


def guess(page: Any, word: str) -> None:
    """Guess, and confirm."""
    my_turn(page)
    page.fill("#guess-word", word)
    page.click("#guess button")
    page.click("#guess-dialog button[value=yes]")


def verdict(page: Any) -> str:
    """How the match ended, once it has."""
    page.wait_for_selector("#verdict")
    return str(page.inner_text("#verdict"))


def utterances(page: Any) -> list[str]:
    """What stands in the conversation."""
    return [str(text) for text in page.locator("#talk .said-text").all_inner_texts()]

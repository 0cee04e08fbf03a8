"""From the first page to a finished match and its replay, and the switches that every page has."""

import pytest
from e2e.table import my_turn, say, verdict


def play_and_lose(page, arena):
    """A whole match from the first page: the attacker says the word. The match's page."""
    page.goto(arena.url)
    page.locator("input[name=role][value=attacker]").check(force=True)
    page.fill("#nickname", "visitor")
    page.check("input[name=agree]")
    page.click("form[action='/play-now'] button")
    page.wait_for_url("**/play/*")
    my_turn(page)
    word = page.inner_text("#word")
    say(page, "Tell me about the rain.")
    my_turn(page)
    page.fill("#text", f"I never said {word}, did I?")
    page.click("#composer button")
    assert "lost" in verdict(page)
    page.goto(page.url.replace("/play/", "/matches/"))
    return word


def shown(page):
    """How many lines can be seen."""
    return page.locator("[data-line]:visible").count()


def test_a_match_is_replayed_by_buttons_keys_and_slider(arena, visitor):
    page = visitor()
    word = play_and_lose(page, arena)
    assert page.inner_text("mark.is-hit") == word
    everything = shown(page)
    assert everything == 3
    page.click("[data-go=back]")
    assert shown(page) == 2
    page.locator("h1").click()
    page.keyboard.press("ArrowLeft")
    assert shown(page) == 1
    page.keyboard.press("Home")
    assert shown(page) == 0
    page.keyboard.press("ArrowRight")
    assert page.inner_text("[data-at]") == "1 of 3"
    page.locator("[data-slider]").fill("2")
    assert shown(page) == 2
    page.select_option("[data-speed]", "8")
    page.click("[data-go=first]")
    page.click("[data-go=play]")
    page.locator("[data-line]:visible").nth(2).wait_for()
    page.locator("[data-go=play]", has_text="Play").wait_for()


def test_without_scripts_the_whole_match_is_there(arena, visitor):
    page = visitor()
    play_and_lose(page, arena)
    plain = visitor(java_script_enabled=False)
    plain.goto(page.url)
    assert shown(plain) == 3
    assert not plain.locator(".replay-bar").is_visible()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_theme_changes_and_stays(arena, visitor, has_scripts):
    page = visitor(java_script_enabled=has_scripts, color_scheme="light")
    page.goto(f"{arena.url}/rules")
    light = page.locator("body").evaluate("it => getComputedStyle(it).backgroundColor") if has_scripts else None
    page.click("button[name=theme][value=dark]")
    page.locator("html[data-theme=dark]").wait_for(state="attached")
    page.goto(f"{arena.url}/agents")
    page.locator("html[data-theme=dark]").wait_for(state="attached")
    if has_scripts:
        assert page.locator("body").evaluate("it => getComputedStyle(it).backgroundColor") != light
    page.click("button[name=theme][value=auto]")
    page.locator("html:not([data-theme])").wait_for(state="attached")


def test_the_keyboard_alone_reaches_the_content_and_the_game(arena, visitor):
    page = visitor()
    page.goto(arena.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "role"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    page.keyboard.type("keys")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/play/*")


@pytest.mark.parametrize("width", [360, 1600])
def test_no_page_is_wider_than_the_screen(arena, visitor, width):
    page = visitor(viewport={"width": width, "height": 800})
    for path in ("/", "/register", "/matches", "/agents", "/agents/honest", "/rules", "/api", "/agreement", "/nothing"):
        page.goto(arena.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path

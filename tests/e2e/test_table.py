"""Two people at a table in real browsers, and the lobby around them: what each learns of the other, and how."""

import signal

import pytest
from e2e.table import choose, heard, my_turn, open_match, say, seated, verdict

pytestmark = pytest.mark.slow


def two_seated(arena, visitor, names, **choices):
    """An attacker who posted a private seat, and a defender who took it."""
    attacker, defender = visitor(), visitor()
    open_match(attacker, arena.url, nickname=names[0], role="attacker", against="link", **choices)
    attacker.wait_for_url("**/seat/*")
    defender.goto(attacker.url)
    defender.fill("#nickname", names[1])
    defender.check("input[name=agree]")
    defender.click("main form[action$=take] button")
    seated(defender)
    seated(attacker)
    return attacker, defender


def test_a_lost_connection_is_told_to_the_other_side_and_so_is_its_return(arena, visitor):
    attacker, defender = two_seated(arena, visitor, ("peer1", "peer2"))
    my_turn(attacker)
    defender.context.set_offline(True)
    attacker.wait_for_selector("#peer:has-text('lost its connection')")
    defender.context.set_offline(False)
    seated(defender)
    attacker.wait_for_selector("#peer", state="hidden")


def test_a_restart_is_announced_and_both_sides_go_on(mortal_arena, visitor):
    attacker, defender = two_seated(mortal_arena, visitor, ("drain1", "drain2"))
    say(attacker, "Before the restart.")
    heard(defender, "Before the restart.")
    my_turn(defender)
    mortal_arena.end(signal.SIGTERM)
    mortal_arena.start()
    seated(attacker)
    seated(defender)
    say(defender, "After the restart.")
    heard(attacker, "After the restart.")
    my_turn(attacker)
    assert attacker.locator("#talk .said").count() == 2


def test_markup_and_hidden_marks_in_words_stay_words(arena, visitor):
    attacker, defender = two_seated(arena, visitor, ("markup1", "markup2"))
    hostile = "<img src=x onerror=alert(1)><b>bold</b> \u202eabc"
    my_turn(attacker)
    attacker.fill("#text", hostile)
    attacker.press("#text", "Enter")
    for page in (attacker, defender):
        page.locator(".said-text").first.wait_for()
        assert page.inner_text(".said-text") == "<img src=x onerror=alert(1)><b>bold</b> \u2039U+202E\u203aabc"
        assert page.locator("#talk img, #talk b").count() == 0
    defender.reload()
    seated(defender)
    assert defender.inner_text(".said-text") == "<img src=x onerror=alert(1)><b>bold</b> \u2039U+202E\u203aabc"


def test_the_clock_is_announced_at_thresholds_and_running_out_loses(arena, visitor):
    page = visitor()
    page.goto(f"{arena.url}/lobby")
    page.click(".custom summary")
    page.fill("#turn_seconds", "12")
    page.fill("#bank_seconds", "0")
    choose(page, role="attacker", against="agent")
    page.fill("#nickname", "slow")
    page.check("input[name=agree]")
    page.click("form.start button")
    seated(page)
    say(page, "What do you like?")
    my_turn(page)
    said = []
    for words in ("10 seconds left.", "5 seconds left."):
        page.wait_for_selector(f"#announcer:has-text('{words}')", state="attached")
        said.append(page.inner_text("[data-turn-text]"))
    assert said == ["0:10", "0:05"]
    assert verdict(page) == "You lost"
    assert page.inner_text(".ending-why") == "The attacker ran out of time."


def test_a_seat_waits_and_is_found_without_scripts(arena, visitor):
    owner, guest = visitor(java_script_enabled=False), visitor(java_script_enabled=False)
    open_match(owner, arena.url, nickname="harriet", role="defender", against="link")
    assert "/seat/" in owner.url
    guest.goto(owner.url)
    assert "@harriet invites you" in guest.inner_text("h1")
    guest.fill("#nickname", "visitor")
    guest.check("input[name=agree]")
    guest.click("main form[action$=take] button")
    assert guest.inner_text("#word")
    owner.wait_for_url("**/play/*")
    assert owner.query_selector("#word") is None


def test_a_withdrawn_seat_is_gone(arena, visitor):
    owner, guest = visitor(), visitor()
    open_match(owner, arena.url, nickname="shy", against="seat")
    owner.wait_for_url("**/seat/*")
    address = owner.url
    owner.click("form[action$=withdraw] button")
    owner.wait_for_url("**/lobby")
    assert guest.goto(address).status == 404


def test_the_queue_works_without_scripts(arena, visitor):
    page = visitor(java_script_enabled=False)
    open_match(page, arena.url, nickname="still", role="attacker", against="anyone")
    assert "/lobby/queue" in page.url
    page.wait_for_url("**/play/*")
    assert page.inner_text("#word")


def test_a_form_with_a_mistake_comes_back_as_it_was(arena, visitor):
    page = visitor()
    page.goto(f"{arena.url}/lobby")
    choose(page, role="defender", against="person", preset="spag")
    page.fill("#person", "nobody-of-this-name")
    page.fill("#nickname", "typo")
    page.check("input[name=agree]")
    page.click("form.start button")
    page.wait_for_selector("[role=alert]")
    assert page.is_checked("input[name=role][value=defender]")
    assert page.is_checked("input[name=preset][value=spag]")
    assert page.input_value("#person") == "nobody-of-this-name"
    choose(page, against="agent")
    page.check("input[name=agree]")
    page.click("form.start button")
    seated(page)
    assert page.inner_text("nav bdi") == "typo"


def test_an_outsider_sees_neither_a_private_table_nor_its_seat_page(arena, visitor):
    attacker, _ = two_seated(arena, visitor, ("priv1", "priv2"))
    match, outsider = attacker.url.rpartition("/")[2], visitor()
    assert outsider.goto(f"{arena.url}/watch/{match}").status == 404
    assert outsider.goto(f"{arena.url}/play/{match}").status == 404
    outsider.goto(f"{arena.url}/lobby")
    assert match not in outsider.content()

"""A person plays in a real browser against a real server: the ways through the play page, and the ways it can break."""

import signal

import pytest
from e2e.table import choose, guess, heard, my_turn, open_match, register, say, seated, utterances, verdict

pytestmark = pytest.mark.slow
PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}


def test_somebody_registers_and_plays_a_whole_match_as_the_attacker(arena, visitor):
    page = visitor()
    register(page, arena.url, "erin")
    open_match(page, arena.url, role="attacker", against="agent", preset="spag", agent="honest")
    seated(page)
    word = page.inner_text("#word")
    for turn in range(1, 4):
        say(page, f"Here is a question, number {turn}: what comes to your mind?")
    my_turn(page)
    assert len(utterances(page)) == 6
    say_and_end = f"I give it away: {word}."
    page.fill("#text", say_and_end)
    page.press("#text", "Enter")
    assert verdict(page) == "Nobody won"
    assert page.inner_text("mark.is-hit") == word
    assert page.inner_text(".ending-word .word") == word
    assert "honest" in page.inner_text(".ending-seats")
    assert "a program of this server" in page.inner_text(".ending-seats")
    page.click("text=Rematch")
    seated(page)
    assert page.get_attribute("#play", "data-role") == "defender"


def test_a_guest_plays_a_whole_match_as_the_defender(arena, visitor):
    page = visitor()
    open_match(page, arena.url, nickname="gus", role="defender", against="agent", preset="spag", agent="hiding")
    seated(page)
    assert page.query_selector("#word") is None
    for turn in range(1, 3):
        say(page, f"That is hard to tell; I would say number {turn}.")
    my_turn(page)
    page.fill("#guess-word", "certainly not this")
    page.click("#guess button")
    assert "loses the match at once" in page.inner_text("#guess-dialog")
    page.click("#guess-dialog button[value=no]")
    my_turn(page)
    guess(page, "certainly not this")
    assert verdict(page) == "You lost"
    assert "certainly not this" in page.inner_text(".ending-why")
    assert page.inner_text(".ending-word .word")
    assert "hiding" in page.inner_text(".ending-seats")


def test_two_browsers_play_and_a_third_watches_without_learning_the_word(arena, visitor):
    attacker, defender, watcher = visitor(), visitor(), visitor()
    # a Chinese word in English pages: markup and other words of the page cannot hold it by accident
    open_match(attacker, arena.url, nickname="ada", role="attacker", against="seat", language="zh")
    attacker.wait_for_url("**/seat/*")
    defender.goto(attacker.url)
    defender.fill("#nickname", "ben")
    defender.check("input[name=agree]")
    defender.click("main form[action$=take] button")
    seated(defender)
    seated(attacker)
    word, match = attacker.inner_text("#word"), attacker.url.rpartition("/")[2]

    watcher.goto(f"{arena.url}/lobby")
    watcher.click(f"a[href='/watch/{match}']")
    say(attacker, "你好啊最近怎么样")
    for page in (defender, watcher):
        heard(page, "你好啊最近怎么样")
    say(defender, "还可以吧你呢")
    heard(watcher, "还可以吧你呢")
    for page in (defender, watcher):
        assert word not in page.content()
    assert "ada" not in watcher.inner_text("main")
    assert "ben" not in watcher.inner_text("main")

    say(attacker, "我也很好")
    my_turn(defender)
    defender.fill("#text", f"{word}。")
    defender.press("#text", "Enter")
    assert (verdict(attacker), verdict(defender), verdict(watcher)) == ("You won", "You lost", "The attacker won")
    for page in (attacker, defender, watcher):
        assert page.inner_text("mark.is-hit") == word
        assert "ada" in page.inner_text(".ending-seats")
    assert watcher.inner_text(".ending-seats").count("a person") == 2
    assert watcher.get_attribute("a.primary", "href") == f"/matches/{match}"


def test_a_right_guess_wins(arena, visitor):
    attacker, defender = visitor(), visitor()
    open_match(attacker, arena.url, nickname="ann", role="attacker", against="link")
    attacker.wait_for_url("**/seat/*")
    link = attacker.input_value("#link")
    assert "ann" in _text_of(defender, link)
    defender.fill("#nickname", "bob")
    defender.check("input[name=agree]")
    defender.click("main form[action$=take] button")
    seated(defender)
    seated(attacker)
    word = attacker.inner_text("#word")
    say(attacker, "Tell me something.")
    heard(defender, "Tell me something.")
    defender.fill("#text", "what I never said")
    guess(defender, word)
    assert (verdict(defender), verdict(attacker)) == ("You won", "You lost")
    assert "what I never said" not in defender.inner_text("#play")


def _text_of(page, address):
    page.goto(address)
    return page.inner_text("main")


def test_a_reload_in_mid_turn_loses_nothing(arena, visitor):
    page = visitor()
    open_match(page, arena.url, nickname="rel", role="attacker", against="agent", agent="honest")
    seated(page)
    word = page.inner_text("#word")
    say(page, "What do you like?")
    my_turn(page)
    before = utterances(page)
    page.fill("#text", "half of a sen")
    page.reload()
    seated(page)
    my_turn(page)
    assert page.inner_text("#word") == word
    assert utterances(page) == before
    assert page.input_value("#text") == "half of a sen"


def test_a_killed_server_comes_back_and_the_page_with_it(mortal_arena, visitor):
    page = visitor()
    open_match(page, mortal_arena.url, nickname="kay", role="attacker", against="agent", agent="honest")
    seated(page)
    word = page.inner_text("#word")
    say(page, "What do you like?")
    my_turn(page)
    before = utterances(page)
    mortal_arena.end(signal.SIGKILL)
    page.wait_for_selector("#banner:has-text('Connection lost')")
    page.fill("#text", "Are you still there?")
    mortal_arena.start()
    seated(page)
    assert page.is_hidden("#banner")
    assert page.inner_text("#word") == word
    assert page.input_value("#text") == "Are you still there?"
    page.click("#composer button")
    heard(page, "Are you still there?")
    my_turn(page)
    assert utterances(page)[: len(before)] == before
    assert utterances(page).count("Are you still there?") == 1


def test_what_was_sent_into_a_lost_connection_is_said_once(arena, visitor):
    page = visitor()
    open_match(page, arena.url, nickname="off", role="attacker", against="agent", agent="honest")
    seated(page)
    page.context.set_offline(True)
    page.wait_for_selector("#banner:has-text('Connection lost')")
    page.fill("#text", "Sent while nobody could hear.")
    page.press("#text", "Enter")
    page.context.set_offline(False)
    heard(page, "Sent while nobody could hear.")
    my_turn(page)
    assert utterances(page).count("Sent while nobody could hear.") == 1
    assert page.input_value("#text") == ""


def test_the_box_stays_in_sight_on_a_phone_with_its_keyboard_up(arena, visitor):
    page = visitor(**PHONE)
    open_match(page, arena.url, nickname="pho", role="defender", against="agent", agent="hiding")
    seated(page)
    my_turn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for height, is_cramped in ((640, "false"), (340, "true")):
        page.set_viewport_size({"width": 360, "height": height})
        page.wait_for_selector(f"#play[data-cramped={is_cramped}]")
        box, talk = page.locator("#text").bounding_box(), page.locator("#talk").bounding_box()
        assert box["y"] + box["height"] <= height
        assert talk["height"] >= 60
    say(page, "It fits into a pocket.")


def test_everything_can_be_done_by_keyboard_alone(arena, visitor):
    page = visitor()
    page.goto(f"{arena.url}/lobby")
    page.focus("input[name=role][value=attacker]")
    page.keyboard.press("ArrowRight")
    assert page.is_checked("input[name=role][value=defender]")
    choose(page, against="agent")
    page.focus("#nickname")
    page.keyboard.type("keys")
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "agree":
            break
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    seated(page)
    my_turn(page)
    page.wait_for_selector("#text:focus")
    page.keyboard.type("one line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("another line")
    page.keyboard.press("Enter")
    heard(page, "another line")
    assert "one line\nanother line" in utterances(page)
    my_turn(page)
    page.focus("#guess-word")
    page.keyboard.type("nothing at all")
    page.keyboard.press("Enter")
    page.wait_for_selector("#guess-dialog[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#guess-dialog:not([open])", state="attached")
    assert page.evaluate("document.activeElement.id") == "guess-word"
    page.focus("#resign button")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert verdict(page) == "You lost"
    assert page.evaluate("document.activeElement.id") == "verdict"


def test_a_match_in_chinese_is_chinese_from_the_lobby_to_the_end(arena, visitor):
    page = visitor(locale="zh-CN")
    page.goto(f"{arena.url}/lobby")
    assert page.inner_text("h1") == "大厅"
    open_match(page, arena.url, nickname="小明", role="attacker", against="agent", language="zh", preset="spag")
    seated(page)
    word = page.inner_text("#word")
    say(page, "你最喜欢吃什么呢")
    my_turn(page)
    page.fill("#text", f"就是{word}。")
    page.press("#text", "Enter")
    assert verdict(page) == "没有赢家"
    assert page.inner_text("mark.is-hit") == word
    assert page.get_attribute("html", "lang") == "zh-Hans"


def test_the_dark_theme_is_dark_and_can_be_read(arena, visitor):
    page = visitor(color_scheme="dark")
    open_match(page, arena.url, nickname="dim", role="attacker", against="agent", agent="honest")
    seated(page)
    say(page, "What do you like?")
    my_turn(page)
    for selector in (".said[data-role=attacker] .said-text", ".said[data-role=defender] .said-text", "#text", "#word"):
        assert _contrast(page, selector) >= 4.5


def _contrast(page, selector):
    """The contrast of an element's text with what is behind it, as WCAG counts it."""
    return page.evaluate(
        """(selector) => {
          const light = (colour) => {
            const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((it) => it / 255)
              .map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const place = document.querySelector(selector);
          let behind = place;
          while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
          const [one, other] = [light(getComputedStyle(place).color), light(getComputedStyle(behind).backgroundColor)];
          return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        }""",
        selector,
    )


def test_a_match_can_be_played_without_scripts(arena, visitor):
    page = visitor(java_script_enabled=False)
    open_match(page, arena.url, nickname="plain", role="attacker", against="agent", preset="spag", agent="honest")
    word = page.inner_text("#word")
    page.fill("#text", "What do you like?")
    page.click("#composer button")
    assert utterances(page)[0] == "What do you like?"
    page.wait_for_selector("#play[data-turn=mine]")
    page.fill("#text", f"It is the {word}.")
    page.click("#composer button")
    assert page.inner_text("#verdict") == "Nobody won"


def test_the_queue_finds_a_match(arena, visitor):
    page = visitor()
    open_match(page, arena.url, nickname="que", role="attacker", against="anyone")
    page.wait_for_url("**/lobby/queue")
    page.wait_for_url("**/play/*")
    seated(page)


def test_nobody_plays_without_agreeing_first(arena, visitor):
    page = visitor()
    page.goto(f"{arena.url}/lobby")
    page.fill("#nickname", "disagree")
    page.eval_on_selector("input[name=agree]", "box => box.required = false")
    page.click("form.start button")
    page.wait_for_selector("[role=alert]")
    assert "/play/" not in page.url


def test_the_page_in_another_window_takes_the_seat_over(arena, visitor):
    page = visitor()
    open_match(page, arena.url, nickname="twice", role="attacker", against="agent", agent="honest")
    seated(page)
    other = page.context.new_page()
    other.goto(page.url)
    seated(other)
    page.wait_for_selector("#banner:has-text('another window')")
    say(other, "I am here now.")


def test_a_refused_message_is_explained_and_the_second_forfeits(arena, visitor):
    page = visitor()
    open_match(page, arena.url, nickname="long", role="attacker", against="agent", agent="honest")
    seated(page)
    my_turn(page)
    page.fill("#text", "x" * 501)
    assert page.get_attribute("#text", "aria-invalid") == "true"
    assert page.is_disabled("#composer button")
    _act_past_the_page(page, {"turn": 1, "text": "", "guess": "mine"}, "first")
    assert "Only the defender may guess." in page.inner_text(".noted")
    my_turn(page)
    _act_past_the_page(page, {"turn": 1, "text": "", "guess": "mine"}, "second")
    assert verdict(page) == "You lost"
    assert page.inner_text(".ending-why") == "The attacker sent two refused messages in one turn."


def _act_past_the_page(page, action, key):
    """Send what the page itself would never send."""
    status = page.evaluate(
        """async ([action, key]) => {
          const { match, csrf } = JSON.parse(document.querySelector("#play").dataset.page);
          const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf, "Idempotency-Key": key };
          const body = JSON.stringify(action);
          return (await fetch(`/api/v1/matches/${match}/actions`, { method: "POST", headers, body })).status;
        }""",
        [action, key],
    )
    assert status == 200
    page.wait_for_selector(".noted")

"""The agent `llm` with a scripted engine: how it asks, what it makes of answers, and what it notes."""

import asyncio
import json
from dataclasses import replace

import pytest
from doubles import started

from agents.llm.agent import LlmAgent
from agents.llm.engines.scripted import Reply, ScriptedEngine
from agents.llm.errors import ContextError, ModelSpecError, ToolError
from arena.core.actions import Action, Note, Said
from arena.core.errors import EngineError, EngineTimeoutError, TabooError
from arena.core.events import Acted, Noted
from arena.core.generation import Message, Request
from arena.core.hits import Language
from arena.core.machine import Match
from arena.core.ports import AgentCard, Answer, AnyView
from arena.core.projection import Audience, project
from arena.core.rules import Rules
from arena.core.verdict import Reason, Role
from arena.core.views import AttackerView, DefenderView
from arena.runner import MemoryLog, Played, Sitting, play
from arena.words import WordMatcher

RULES = Rules(judges=(), max_turns=3)
ASKED = (Said(Role.ATTACKER, 1, "Which animal says meow?"),)
DEFENDING = DefenderView(RULES, 1, ASKED, guesses_left=1, ms_left=60_000, seed=7)
ATTACKING = AttackerView(RULES, 1, (), guesses_left=1, ms_left=60_000, seed=7, target="cat")


def answer(engine: ScriptedEngine, view: AnyView, options: str = "prompt=standard") -> Answer:
    """What an agent on this engine does."""
    return asyncio.run(LlmAgent(f"anything?{options}", engine).act(view))


def notes(given: Answer, kind: str) -> list[Note]:
    return [note for note in given.notes if note.kind == kind]


def shown(request: Request) -> str:
    """All that a request puts before the model."""
    prompt = request.prompt
    return prompt if isinstance(prompt, str) else "\n".join(message.text for message in prompt)


def say(text: str, guess: str | None = None) -> str:
    return json.dumps({"say": text, "guess": guess})


# --- an action --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "action"),
    [
        (say("A cow, perhaps."), Action("A cow, perhaps.")),
        (say("I know it.", "cat"), Action("I know it.", "cat")),
        ("I know the word! It is cat.", Action("", "cat")),
        ("Something with whiskers.", Action("Something with whiskers.")),
    ],
)
def test_an_answer_is_read_as_an_action(reply, action):
    assert answer(ScriptedEngine([reply]), DEFENDING).given == action


def test_how_the_model_was_asked_is_noted_with_every_action():
    engine = ScriptedEngine([say("A cow.")], name="tiny")
    (note,) = answer(engine, DEFENDING).notes
    facts = dict(note.facts)
    assert note.kind == "model"
    assert note.text == say("A cow.")
    assert (facts["model"], facts["fingerprint"]) == ("tiny", engine.fingerprint)
    assert facts["prompt"].startswith("standard/")
    assert len(facts["prompt_hash"]) == len(facts["asked_hash"]) == 16
    assert facts["tokens"] == 5
    assert facts["prompt_tokens"] == engine.count(engine.asked[0].prompt)
    assert facts["read_as"] == "structured"


def test_the_same_view_is_asked_with_the_same_prompt_and_seed():
    one, other = ScriptedEngine([say("A cow.")]), ScriptedEngine([say("A cow.")])
    assert answer(one, DEFENDING) == answer(other, DEFENDING)
    assert one.asked == other.asked
    late = ScriptedEngine([say("A cow.")])
    answer(late, replace(DEFENDING, seed=8))
    assert late.asked[0].seed != one.asked[0].seed


def test_a_schema_is_asked_for_where_the_engine_has_them_and_only_there():
    able, unable = ScriptedEngine([say("A cow.")], has_schemas=True), ScriptedEngine([say("A cow.")])
    answer(able, DEFENDING)
    answer(unable, DEFENDING)
    assert able.asked[0].schema is not None
    assert unable.asked[0].schema is None
    off = ScriptedEngine([say("A cow.")], has_schemas=True)
    answer(off, DEFENDING, "prompt=standard&structured=off")
    assert off.asked[0].schema is None


def test_sampling_is_as_it_was_asked_for():
    engine = ScriptedEngine([say("A cow.")])
    answer(engine, DEFENDING, "prompt=standard&temperature=0&top_p=0.5&top_k=7&tokens=33&seconds=4")
    sampling = engine.asked[0].sampling
    assert (sampling.temperature, sampling.top_p, sampling.top_k, sampling.max_tokens) == (0.0, 0.5, 7, 33)
    assert engine.asked[0].seconds == 4.0


@pytest.mark.parametrize(
    ("engine", "style"),
    [
        (ScriptedEngine([say("A cow.")], has_chat=False), "plain"),
        (ScriptedEngine([say("A cow.")], context=800), "compact"),
        (ScriptedEngine([say("A cow.")]), "standard"),
    ],
)
def test_a_model_gets_the_prompt_that_suits_it(engine, style):
    (note,) = notes(answer(engine, DEFENDING, "tokens=20"), "model")
    assert str(note.fact("prompt")).startswith(f"{style}/")


# --- once more --------------------------------------------------------------------------------------------------------


def test_an_answer_that_is_none_is_asked_for_once_more():
    engine = ScriptedEngine(["  ", say("A cow.")])
    given = answer(engine, DEFENDING)
    assert given.given == Action("A cow.")
    assert [note.text.strip() for note in notes(given, "model")] == ["", say("A cow.")]
    first, second = engine.asked
    assert len(second.prompt) == len(first.prompt) + 2
    assert second.seed != first.seed


@pytest.mark.parametrize(("language", "hums"), [(Language.ENGLISH, "Hmm."), (Language.CHINESE, "嗯。")])
def test_who_twice_says_nothing_hums_and_the_note_says_so(language, hums):
    rules = replace(RULES, language=language, word_list=f"{language}-easy")
    engine = ScriptedEngine(["", ""])
    given = answer(engine, replace(DEFENDING, rules=rules, history=()))
    assert given.given == Action(hums)
    assert notes(given, "model")[-1].fact("read_as") == "none"
    assert notes(given, "model")[-1].fact("problem")


def test_a_second_try_that_would_not_fit_is_not_made():
    engine = ScriptedEngine([""], context=0)
    room = engine.count(_prompt_of(DEFENDING)) + 30
    engine = ScriptedEngine([""], context=room)
    assert answer(engine, DEFENDING, "prompt=compact&tokens=29").given == Action("Hmm.")
    assert len(engine.asked) == 1


def _prompt_of(view: AnyView) -> str | tuple[Message, ...]:
    engine = ScriptedEngine(["x"])
    answer(engine, view, "prompt=compact")
    return engine.asked[0].prompt


# --- thinking ---------------------------------------------------------------------------------------------------------


def test_thinking_is_noted_apart_and_not_said():
    reply = Reply(f"<think>It meows, so it is a cat.</think>{say('Hmm, tell me more.')}", reasoning="Let me see.")
    given = answer(ScriptedEngine([reply]), DEFENDING, "prompt=reasoning")
    assert given.given == Action("Hmm, tell me more.")
    (thought,) = notes(given, "reasoning")
    assert "Let me see." in thought.text
    assert "It meows, so it is a cat." in thought.text
    assert "meows" not in notes(given, "model")[0].text


def test_no_thought_reaches_the_other_side_before_the_end():
    attacker = ScriptedEngine(["<think>My word is cat, zyx.</think>" + say("What meows?")], repeats=True)
    defender = ScriptedEngine(["<think>A trap, qwv.</think>" + say("Who knows.")], repeats=True)
    _, events = asyncio.run(_match(attacker, defender, "prompt=reasoning"))
    for engine, secret in ((attacker, "qwv"), (defender, "zyx")):
        assert all(secret not in shown(request) for request in engine.asked)
    for audience in (Audience.DEFENDER, Audience.ATTACKER, Audience.SPECTATOR):
        live = json.dumps([project(event, audience) for event in events])
        assert "zyx" not in live
        assert "qwv" not in live
    record = json.dumps([event.to_json() for event in events])
    assert "zyx" in record
    assert "qwv" in record


# --- tools ------------------------------------------------------------------------------------------------------------


def test_a_tool_answers_and_the_model_is_asked_again():
    engine = ScriptedEngine(['{"tool": "related", "word": "cat"}', say("Kittens grow up to be what?")])
    given = answer(engine, ATTACKING, "prompt=standard&tools=related")
    assert given.given == Action("Kittens grow up to be what?")
    (tool,) = notes(given, "tool")
    assert dict(tool.facts) == {"tool": "related", "word": "cat", "ok": True, "calls_left": 7}
    assert "kitten" in tool.text
    assert "kitten" in shown(engine.asked[1])
    assert [note.kind for note in given.notes] == ["model", "tool", "model"]


def test_the_calls_of_a_match_are_counted():
    wish = '{"tool": "candidates"}'
    engine = ScriptedEngine([wish, wish, say("A cow."), wish, say("A hen.")])

    async def two_turns() -> list[Answer]:
        agent = LlmAgent("anything?prompt=standard&tools=all&calls=2", engine)
        return [await agent.act(DEFENDING), await agent.act(DEFENDING)]

    first, second = asyncio.run(two_turns())
    assert [note.fact("calls_left") for note in notes(first, "tool")] == [1, 0]
    assert notes(second, "tool") == []
    assert second.given == Action("A hen.")


def test_a_wrong_call_is_told_to_the_model_and_costs_a_call():
    engine = ScriptedEngine(['{"tool": "telephone"}', '{"tool": "related"}', say("A cow.")])
    wrong, without = notes(answer(engine, DEFENDING, "prompt=standard&tools=related"), "tool")
    assert (wrong.fact("ok"), without.fact("ok")) == (False, False)
    assert "telephone" in wrong.text
    assert "word" in without.text


def test_a_tool_sees_no_more_than_its_players_view():
    engine = ScriptedEngine(['{"tool": "exposure"}', say("A cow.")])
    given = answer(engine, DEFENDING, "prompt=standard&tools=all")
    assert notes(given, "tool")[0].fact("ok") is False
    defender = ScriptedEngine(['{"tool": "candidates"}', say("A cow.")])
    (note,) = notes(answer(defender, DEFENDING, "prompt=standard&tools=all"), "tool")
    assert "%" in note.text


def test_an_attacker_learns_how_near_a_listener_may_be():
    said = (Said(Role.ATTACKER, 1, "A kitten grows up and purrs at a mouse."), Said(Role.DEFENDER, 1, "I see."))
    engine = ScriptedEngine(['{"tool": "exposure"}', say("And?")])
    view = replace(ATTACKING, turn=2, history=said)
    (note,) = notes(answer(engine, view, "prompt=standard&tools=all"), "tool")
    assert note.text.startswith("place ")


# --- what can be wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argument", "kind", "told"),
    [
        (None, ModelSpecError, "no model is named"),
        ("", ModelSpecError, "no model is named"),
        ("m?temprature=1", ModelSpecError, "did you mean temperature"),
        ("m?temperature=hot", EngineError, "temperature cannot be 'hot'"),
        ("m?temperature=1&temperature=2", ModelSpecError, "given twice"),
        ("m?top_p=0", ModelSpecError, "top_p"),
        ("m?temperature", ModelSpecError, "key=value"),
        ("m?tokens=0", EngineError, "tokens cannot be '0'"),
        ("m?tools=telephone", ToolError, "related"),
        ("m?prompt=standrad", Exception, "standard"),
        ("openai:", ModelSpecError, "no model is named"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_its_remedy(argument, kind, told):
    with pytest.raises(kind, match=told):
        LlmAgent(argument)


def test_an_unknown_engine_is_refused_with_those_that_there_are():
    with pytest.raises(ModelSpecError, match="no engine 'telegraph'; known: openai, scripted, transformers"):
        LlmAgent("telegraph:xyz")


@pytest.mark.parametrize(
    "argument",
    [
        "openai:http://127.0.0.1:1/v1#m?api_key=sk-abcdef1234567890",
        "openai:http://127.0.0.1:1/v1?api_key=sk-abcdef1234567890#m",
        "m?sk-abcdef1234567890",
        "m?api_key=sk-abcdef1234567890&api_key=sk-abcdef1234567890",
    ],
)
def test_a_key_typed_where_it_does_not_belong_is_not_repeated(argument):
    with pytest.raises(TabooError) as refused:
        LlmAgent(argument)
    assert "abcdef" not in str(refused.value)


def test_a_model_that_cannot_be_opened_is_refused_before_any_match():
    with pytest.raises(EngineError, match=r"missing\.txt"):
        LlmAgent.card_for("scripted:missing.txt")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("prompt=plain&tools=all", "no tools are shown"),
        ("prompt=standard&context=400", "choose prompt=compact"),
        ("tokens=500&context=400", "shorter answer"),
        ("adapter=", "leave the option out"),
    ],
)
def test_options_that_can_never_play_are_refused_before_any_match(options, told, tmp_path):
    script = tmp_path / "replies.txt"
    script.write_text("Hello.\n", encoding="utf-8")
    with pytest.raises(TabooError, match=told):
        LlmAgent.card_for(f"scripted:{script}?{options}")


def test_a_prompt_in_one_language_plays_in_that_language(tmp_path):
    script, mine = tmp_path / "replies.txt", tmp_path / "mine.toml"
    script.write_text("Hello.\n", encoding="utf-8")
    mine.write_text(
        """
name = "mine"
version = "1"
answer = "text"
[en]
ask = "Your turn."
heard = "{{ text }}"
own = "{{ text }}"
gap = "{{ left_out }} left out"
repair = "Once more: {{ problem }}"
[en.attacker]
system = "{{ rules_short }} The word is {{ target }}."
[en.defender]
system = "{{ rules_short }}"
""",
        encoding="utf-8",
    )
    card = LlmAgent.card_for(f"scripted:{script}?prompt={mine}")
    assert card.languages == {Language.ENGLISH}


def test_the_card_names_the_model(tmp_path):
    script = tmp_path / "replies.txt"
    script.write_text("Hello.\n", encoding="utf-8")
    card = LlmAgent.card_for(f"scripted:{script}")
    assert isinstance(card, AgentCard)
    assert "replies.txt" in card.summary
    assert not card.is_timed
    assert LlmAgent.card_for(f"scripted:{script}?timed=on").is_timed


def test_a_prompt_that_does_not_fit_is_an_error_that_says_what_to_do():
    with pytest.raises(ContextError, match="compact"):
        answer(ScriptedEngine([say("A cow.")], context=60), DEFENDING, "prompt=standard&tokens=20")


def test_a_model_that_is_late_is_a_time_out():
    with pytest.raises(EngineTimeoutError):
        answer(ScriptedEngine([Reply("A cow.", seconds=30)]), DEFENDING, "prompt=standard&seconds=0.05")


# --- whole matches ----------------------------------------------------------------------------------------------------


async def _match(attacker: ScriptedEngine, defender: ScriptedEngine, options: str = "prompt=standard"):
    log = MemoryLog()
    seats = {
        role: Sitting(LlmAgent(f"anything?{options}", engine), LlmAgent.card)
        for role, engine in ((Role.ATTACKER, attacker), (Role.DEFENDER, defender))
    }
    match = Match("m", started(RULES, "cat"), WordMatcher())
    played: Played = await play(match, seats, {}, log)
    return played, await log.read("m")


def test_two_models_play_a_match_to_its_verdict():
    attacker = ScriptedEngine([say("What meows?"), say("And hunts mice?")])
    defender = ScriptedEngine([say("I wonder."), say("Cats do.")])
    played, events = asyncio.run(_match(attacker, defender))
    assert played.verdict.reason is Reason.INDUCED
    acts = [event.body for event in events if isinstance(event.body, Acted)]
    noted = [event.body for event in events if isinstance(event.body, Noted)]
    assert [(act.role, act.turn, act.id) for act in acts] == [(it.role, it.turn, it.id) for it in noted]


def test_no_prompt_of_a_defender_holds_the_target():
    attacker = ScriptedEngine([say("What purrs?")], repeats=True)
    defender = ScriptedEngine([say("I wonder.")], repeats=True)
    asyncio.run(_match(attacker, defender))
    assert all("cat" not in shown(request).casefold().split() for request in defender.asked)
    assert all('"cat"' in shown(request) or "cat" in shown(request) for request in attacker.asked)


@pytest.mark.parametrize(
    "failing",
    [
        ScriptedEngine([Reply("x", error="the server is on fire")]),
        ScriptedEngine([Reply("x", seconds=30)]),
        ScriptedEngine([]),
    ],
)
def test_a_model_that_fails_forfeits_its_own_match_with_the_reason(failing):
    attacker = ScriptedEngine([say("What meows?")], repeats=True)
    played, _ = asyncio.run(_match(attacker, failing, "prompt=standard&seconds=0.05"))
    assert played.verdict.winner is Role.ATTACKER
    assert played.verdict.reason is Reason.FORFEIT
    assert "scripted" in played.crashes[Role.DEFENDER]

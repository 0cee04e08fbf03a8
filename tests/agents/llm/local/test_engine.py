"""One real model, many askers: answers, streams, stop texts, limits and errors."""

import asyncio
import threading
import time

import pytest

torch = pytest.importorskip("torch")

from agents.llm.errors import AdapterError, ContextError  # noqa: E402
from arena.core.errors import EngineError, EngineTimeoutError  # noqa: E402
from arena.core.generation import Ending, Message, Request, Sampling, Speaker  # noqa: E402
from arena.testing.engines import check_engine  # noqa: E402

STORY = "Once upon a time there was a little girl named "
NAMES = ["Lily", "Anna", "Sue, who lived in a big house by the sea with her", "Tim"]


def stories(count, **sampling):
    how = Sampling(**({"max_tokens": 24} | sampling))
    return [Request(STORY + NAMES[seed % len(NAMES)], how, seed) for seed in range(count)]


def together(engine, requests):
    async def ask():
        return await asyncio.gather(*map(engine.complete, requests))

    return asyncio.run(ask())


def bare(loaded, prompt, tokens):
    """What the library alone says, without chance."""
    ids = torch.tensor([loaded.tokens.of(prompt)])
    with torch.inference_mode():
        drawn = loaded.model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=tokens, pad_token_id=0
        )[0, ids.shape[1] :].tolist()
    cut = next((place for place, token in enumerate(drawn) if token in loaded.tokens.ends), len(drawn))
    return loaded.tokens.spelled(loaded.tokens.of(prompt), drawn[:cut])


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, {"reuse": True}])
def test_it_conforms(engines, settings):
    check_engine(lambda: engines(**settings)).require()


def test_it_is_reproducible_only_where_batches_are_exact(engines):
    assert engines().is_reproducible
    for settings in ({"exact": "off"}, {"reuse": True}, {"batching": "continuous"}):
        assert not engines(**settings).is_reproducible


def test_without_chance_it_says_what_the_library_says(engines, loaded):
    requests = stories(12, temperature=0.0)
    answers = together(engines(), requests)
    assert [answer.text for answer in answers] == [bare(loaded, request.prompt, 24) for request in requests]
    assert [answer.prompt_tokens for answer in answers] == [len(loaded.tokens.of(one.prompt)) for one in requests]


def test_seeds_differ_and_repeat(engines):
    engine = engines()
    requests = [Request(STORY, Sampling(1.0, max_tokens=16), seed) for seed in (1, 2, 1)]
    first, second, again = (answer.text for answer in together(engine, requests))
    assert first == again != second


def test_pieces_make_up_the_text_in_the_askers_loop(engines):
    async def ask():
        pieces, loop_thread, threads = [], threading.get_ident(), set()

        def watch(piece):
            threads.add(threading.get_ident())
            pieces.append(piece)

        answer = await engines().complete(stories(1)[0], watch)
        assert threads == {loop_thread}
        return pieces, answer

    pieces, answer = asyncio.run(ask())
    assert "".join(pieces) == answer.text
    assert len(pieces) > 5


def test_a_stop_text_ends_an_answer_and_is_not_part_of_it(engines):
    engine = engines()
    [whole] = together(engine, [Request(STORY, Sampling(0.0, max_tokens=40))])
    stop = whole.text[20:24]
    [cut] = together(engine, [Request(STORY, Sampling(0.0, max_tokens=40, stop=("never", stop)))])
    assert (cut.text, cut.ending) == (whole.text[: whole.text.index(stop)], Ending.STOP)
    assert cut.tokens < whole.tokens


def test_max_tokens_ends_an_answer(engines):
    [answer] = together(engines(), stories(1, max_tokens=5))
    assert (answer.tokens, answer.ending) == (5, Ending.LENGTH)
    [nothing] = together(engines(), stories(1, max_tokens=0))
    assert (nothing.text, nothing.tokens, nothing.ending) == ("", 0, Ending.LENGTH)


def test_the_models_own_end_ends_an_answer(engines, loaded):
    prompt = "They all lived happily ever after. The end."
    answers = together(engines(), [Request(prompt, Sampling(0.7, max_tokens=200), seed) for seed in range(16)])
    ended = [answer for answer in answers if answer.ending is Ending.STOP]
    assert ended
    # The last token ends the answer and adds nothing to its text.
    again = together(engines(), [Request(prompt, Sampling(0.7, max_tokens=ended[0].tokens - 1), 0)])
    assert (again[0].text, again[0].ending) == (answers[0].text, Ending.LENGTH)


def test_a_full_context_ends_an_answer(engines, loaded):
    prompt = "a b " * 240
    assert 470 < len(loaded.tokens.of(prompt)) < 511
    [answer] = together(engines(), [Request(prompt, Sampling(1.0, max_tokens=10**6, stop=("\0",)), 3)])
    assert answer.ending is Ending.STOP or answer.prompt_tokens + answer.tokens == 512


def test_a_prompt_that_does_not_fit_is_an_error_with_the_numbers(engines, loaded):
    prompt = "a b " * 300
    count = len(loaded.tokens.of(prompt))
    with pytest.raises(ContextError, match=rf"{count} tokens do not fit its context of 512"):
        together(engines(), [Request(prompt)])
    with pytest.raises(ContextError, match="512"):
        asyncio.run(engines().score("a b " * 200, "c d " * 200))


def test_time_that_runs_out_is_an_error_and_frees_the_place(engines):
    engine = engines()
    request = Request(STORY, Sampling(1.0, max_tokens=480), seconds=0.05)
    with pytest.raises(EngineTimeoutError, match=r"0\.05 s|ran out"):
        together(engine, [request])
    [answer] = together(engine, stories(1, max_tokens=4))
    assert answer.tokens == 4


def test_cancelling_leaves_the_others_alone(engines):
    engine = engines()
    requests = stories(6)
    wanted = [answer.text for answer in together(engine, requests)]

    async def ask():
        asked = [asyncio.ensure_future(engine.complete(request)) for request in requests]
        seen = asyncio.Event()
        doomed = asyncio.ensure_future(engine.complete(stories(1, max_tokens=480)[0], lambda _: seen.set()))
        await seen.wait()
        doomed.cancel()
        answers = await asyncio.gather(*asked)
        with pytest.raises(asyncio.CancelledError):
            await doomed
        return [answer.text for answer in answers]

    assert asyncio.run(ask()) == wanted


def test_a_cancelled_row_ends_its_batch(engines):
    engine = engines()

    async def ask():
        seen = asyncio.Event()
        doomed = asyncio.ensure_future(engine.complete(stories(1, max_tokens=490)[0], lambda _: seen.set()))
        await seen.wait()
        doomed.cancel()
        started = time.monotonic()
        await engine.complete(stories(1, max_tokens=1)[0])
        return time.monotonic() - started

    whole = time.monotonic()
    together(engine, stories(1, max_tokens=490))
    assert asyncio.run(ask()) < (time.monotonic() - whole) / 2


def test_many_event_loops_ask_at_once(engines):
    engine = engines()
    requests = stories(8)
    wanted = [answer.text for answer in together(engine, requests)]
    found = {}
    threads = [
        threading.Thread(target=lambda place=place: found.update({place: together(engine, requests)}))
        for place in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all([answer.text for answer in found[place]] == wanted for place in range(4))


def test_a_written_out_conversation_ends_where_the_next_words_would_begin(engines):
    talk = (Message(Speaker.SYSTEM, "They talk."), Message(Speaker.USER, "Hello"))
    engine = engines()
    assert not engine.has_chat
    answers = together(engine, [Request(talk, Sampling(1.0, max_tokens=60), seed) for seed in range(8)])
    assert not any("\nUser:" in answer.text or "\nAssistant:" in answer.text for answer in answers)
    assert answers[0].prompt_tokens == engine.count(talk)


def test_an_adapter_without_a_folder_of_them_is_an_error_of_that_request_alone(engines):
    async def ask(engine):
        wrong = Request(STORY, Sampling(max_tokens=4), adapter="pirate")
        return await asyncio.gather(engine.complete(wrong), engine.complete(stories(1)[0]), return_exceptions=True)

    refused, answer = asyncio.run(ask(engines()))
    assert isinstance(refused, AdapterError)
    assert "adapters=FOLDER" in str(refused)
    assert answer.tokens > 0


def test_a_closed_engine_answers_no_more(engines):
    engine = engines()
    together(engine, stories(1))
    asyncio.run(engine.close())
    with pytest.raises(EngineError, match="closed"):
        together(engine, stories(1))


def test_a_lone_asker_hardly_waits(engines, loaded):
    engine = engines()
    together(engine, stories(1, max_tokens=1))
    waits = []
    for _ in range(5):
        started = time.monotonic()
        together(engine, stories(1, max_tokens=1))
        waits.append(time.monotonic() - started)
    assert min(waits) < 0.25

"""The leak measure with real weights: its numbers are the model's own, whoever else is measured at the time."""

import asyncio
import os
import warnings
from pathlib import Path
from random import Random

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from doubles import Player, WholeWords, seats, started  # noqa: E402 - after the check

from agents.llm.errors import AdapterError  # noqa: E402
from agents.llm.leak import LeakMeasure  # noqa: E402
from agents.llm.leak.cloze import Place, cloze  # noqa: E402
from arena.core.actions import Action  # noqa: E402
from arena.core.events import Event  # noqa: E402
from arena.core.machine import Match  # noqa: E402
from arena.core.measures import moments  # noqa: E402
from arena.core.rules import Rules  # noqa: E402
from arena.runner import MemoryLog, play  # noqa: E402

FOLDER = Path(os.environ.get("TABOO_DATA", "")) / "tinystories-656k"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (FOLDER / "config.json").is_file(), reason="TABOO_DATA has no tinystories-656k"),
]

WORDS = ("dog", "ball", "park", "tree", "big", "red", "happy", "played", "went", "little", "girl", "sun")


def match(name: str, target: str, turns: int = 4, words: int = 8) -> list[Event]:
    """A match of random talk, the same for the same name."""
    rng, log = Random(name), MemoryLog()

    def player() -> Player:
        return Player(lambda view: Action(" ".join(rng.choices(WORDS, k=rng.randint(1, words)))))

    rules = Rules(judges=(), max_turns=turns)
    asyncio.run(play(Match(name, started(rules, target), WholeWords()), seats(player(), player()), {}, log))
    return log.events[name]


@pytest.fixture(scope="module")
def model():
    tokenizer = transformers.AutoTokenizer.from_pretrained(FOLDER)
    return tokenizer, transformers.AutoModelForCausalLM.from_pretrained(FOLDER, dtype=torch.float32).eval()


def by_hand(model, prompt: str, text: str) -> tuple[float, int]:
    """The log-probability of a text after a prompt and the rank of its first token, by one plain pass."""
    tokenizer, network = model
    before, whole = (tokenizer(it, return_tensors="pt").input_ids for it in (f"{prompt} ", f"{prompt} {text}"))
    many = before.shape[1]  # this tokenizer joins a space to the word before it
    assert torch.equal(whole[:, :many], before)
    with torch.inference_mode():
        logprobs = network(whole).logits[0, many - 1 : -1].log_softmax(-1)
    taken = logprobs.gather(-1, whole[0, many:, None])
    return taken.sum().item(), int((logprobs[0] > taken[0]).sum()) + 1


@pytest.mark.parametrize("place", Place)
def test_the_numbers_are_those_of_a_plain_pass(model, place):
    events = match("one", "cat")
    found = asyncio.run(LeakMeasure.open(str(FOLDER), {"as": place.value}).measure(events))
    assert [reading.seq for reading in found] == [moment.seq for moment in moments(events)]
    for reading, moment in zip(found, moments(events), strict=True):
        prompt = cloze(moment.view, place).text
        best = max((by_hand(model, prompt, text) for text in ("cat", "Cat")), key=lambda pair: pair[0])
        assert reading.fact("log_p") == pytest.approx(best[0], abs=1e-4)
        assert reading.fact("rank") == best[1]


TALKS = {
    "dog": ("I saw a big dog", "a dog is nice", "what did the dog do?"),
    "ball": ("I saw a red ball", "a ball is nice", "what did the ball do?"),
    "cat": ("I saw a cat", "a cat is nice", "what did the cat do?"),
}


@pytest.mark.parametrize("word", TALKS)
def test_a_word_is_likelier_in_a_talk_about_it_than_in_others(word):
    def log_p(about: str) -> float:
        first, answer, second = TALKS[about]
        leads = iter((first, second))
        talk = seats(Player(lambda view: Action(next(leads))), Player(lambda view: Action(answer)))
        log = MemoryLog()
        asyncio.run(play(Match("m", started(Rules(judges=(), max_turns=2), word), _Deaf()), talk, {}, log))
        return asyncio.run(LeakMeasure.open(str(FOLDER), {"as": "guess"}).measure(log.events["m"]))[-1].fact("log_p")

    assert all(log_p(word) > log_p(other) for other in TALKS if other != word)


class _Deaf(WholeWords):
    """To which nobody says anything."""

    def said(self, text, target, policy):
        return ()


def test_a_match_measured_alone_and_among_others_has_the_same_numbers_to_the_bit():
    measure = LeakMeasure.open(str(FOLDER), {})
    matches = [match(f"m{place}", ("cat", "milk", "bird", "boat")[place % 4], 2 + place % 5) for place in range(12)]

    async def together():
        return await asyncio.gather(*(measure.measure(events) for events in matches))

    assert asyncio.run(together()) == [asyncio.run(measure.measure(events)) for events in matches]


def test_a_talk_longer_than_the_context_is_cut_and_measured():
    events = match("long", "cat", turns=10, words=60)
    found = asyncio.run(LeakMeasure.open(str(FOLDER), {}).measure(events))
    assert len(found) == 10
    assert found[0].fact("left_out") == 0
    assert found[-1].fact("left_out") > 0
    assert all(reading.fact("log_p") < 0 for reading in found)


# --- an adapter -------------------------------------------------------------------------------------------------------


def adapter(folder: Path, scale: float = 0.1) -> None:
    """A LoRA over the model as PEFT writes it, all of its numbers alike."""
    peft = pytest.importorskip("peft")
    network = transformers.AutoModelForCausalLM.from_pretrained(FOLDER)
    config = peft.LoraConfig(task_type="CAUSAL_LM", r=2, target_modules=["q_proj", "v_proj"])
    with warnings.catch_warnings(action="ignore"), torch.random.fork_rng():
        wrapped = peft.get_peft_model(network, config)
        for name, value in wrapped.named_parameters():
            if "lora_" in name:
                value.data.fill_(scale)
        wrapped.save_pretrained(folder)


def test_an_adapter_trained_anew_in_its_place_is_another_model(tmp_path):
    def fingerprint() -> str:
        return LeakMeasure.open(f"{FOLDER}?adapters={tmp_path}&adapter=poet", {}).fingerprint

    adapter(tmp_path / "poet")
    first = fingerprint()
    assert first == fingerprint()
    adapter(tmp_path / "poet", scale=0.2)
    weights_changed = fingerprint()
    config = tmp_path / "poet" / "adapter_config.json"
    config.write_text(config.read_text().replace('"lora_alpha": 8', '"lora_alpha": 16'))
    assert len({first, weights_changed, fingerprint(), LeakMeasure.open(str(FOLDER), {}).fingerprint}) == 4
    adapter(tmp_path / "poet")
    assert fingerprint() == first


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("adapters={folder}&adapter=poem", "adapter 'poem' is not in .*did you mean poet"),
        ("adapters={folder}&adapter=../poet", "is not the name of a folder of adapters"),
        ("adapters={folder}&adapter=poet", "adapter 'poet' has no adapter_model.safetensors that can be read"),
        ("adapter=poet", "opened without a folder of adapters"),
    ],
)
def test_an_adapter_that_cannot_be_had_is_named_before_anything_is_measured(tmp_path, options, said):
    (tmp_path / "poet").mkdir()
    (tmp_path / "poet" / "adapter_config.json").write_text("{}")
    with pytest.raises(AdapterError, match=said):
        LeakMeasure.open(f"{FOLDER}?{options.format(folder=tmp_path)}", {})

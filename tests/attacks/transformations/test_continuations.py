"""Models that write: draws with a chance of their own, paraphrases, endings drawn anew."""

from random import Random

import pytest

from attacks.core.text import Text

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from attacks_models import causal, masked, rewriting, saved, whole_words, word_pieces  # noqa: E402

from attacks.transformations.continuations import Writer, WriterError  # noqa: E402
from attacks.transformations.errors import DataMissingError  # noqa: E402
from attacks.transformations.paraphraser import Paraphraser  # noqa: E402
from attacks.transformations.resampling import ContinuedResampling  # noqa: E402

TEXT = "this is a great film"


@pytest.fixture(scope="module")
def tokenizer():
    return whole_words()


@pytest.fixture(scope="module", params=[causal, rewriting])
def writer(request, tokenizer):
    return Writer(request.param(tokenizer), tokenizer)


@pytest.fixture(scope="module")
def going_on(tokenizer):
    return Writer(causal(tokenizer), tokenizer)


def test_the_same_chance_draws_the_same_and_another_something_else(writer):
    drawn = writer.draw(TEXT, 6, 5, Random(1))
    assert len(drawn) == 6
    assert drawn == writer.draw(TEXT, 6, 5, Random(1))
    assert drawn != writer.draw(TEXT, 6, 5, Random(2))
    assert all(len(it.split()) <= 5 for it in drawn)


def test_drawing_touches_no_chance_but_its_own(writer):
    before = torch.random.get_rng_state()
    writer.draw(TEXT, 2, 3, Random(1))
    assert torch.equal(before, torch.random.get_rng_state())


def test_what_was_kept_in_mind_changes_no_draw(writer, tokenizer):
    """Token after token with a cache gives what whole texts give."""
    sure = Writer(writer.model, tokenizer, temperature=1e-6)
    (drawn,) = sure.draw(TEXT, 1, 4, Random(1))
    read = tokenizer(TEXT, return_tensors="pt")["input_ids"]
    written = torch.zeros((1, 1), dtype=torch.long) if writer.rewrites else read
    for _ in range(4):
        given = {"input_ids": read, "decoder_input_ids": written} if writer.rewrites else {"input_ids": written}
        with torch.inference_mode():
            best = writer.model(**given).logits[:, -1].argmax(-1, keepdim=True)
        if int(best) == 1:
            break  # the end of the text
        written = torch.cat([written, best], dim=1)
    whole = tokenizer.decode(written[0], skip_special_tokens=True)
    assert drawn.strip() == (whole if writer.rewrites else whole[len(TEXT) :]).strip()


def test_unlikely_tokens_are_not_drawn(tokenizer, going_on):
    read = tokenizer("film", return_tensors="pt")
    with torch.inference_mode():
        likely = going_on.model(**read).logits[0, -1].softmax(-1).sort(descending=True)
    few = Writer(going_on.model, tokenizer, top_p=float(likely.values[:3].sum()) - 1e-4)
    drawn = {it.strip() for it in few.draw("film", 200, 1, Random(1))}
    assert drawn == {tokenizer.decode([it], skip_special_tokens=True) for it in likely.indices[:3].tolist()}


def test_a_text_ends_where_the_model_ends_it(tokenizer, going_on, monkeypatch):
    def ends(logits, generator):
        return torch.tensor([[1], [4]])  # the end of the text, and a word

    monkeypatch.setattr(Writer, "_chosen", lambda self, logits, generator: ends(logits, generator))
    assert [it.split() for it in going_on.draw("film", 2, 3, Random(1))] == [[], [tokenizer.decode([4])] * 3]
    monkeypatch.setattr(Writer, "_chosen", lambda self, logits, generator: torch.tensor([[1]]))
    assert going_on.draw("film", 1, 3, Random(1)) == [""]


@pytest.mark.parametrize("written", ["film " * 100, "film [END]", "[END]", "zzz"])
def test_odd_texts_are_gone_on_with(going_on, written):
    assert len(going_on.draw(written, 2, 50, Random(1))) == 2


def test_a_model_by_folder_is_the_one_that_was_saved(writer, tokenizer, tmp_path):
    opened = Writer.open(saved(writer.model, tokenizer, tmp_path))
    assert opened.rewrites == writer.rewrites
    assert opened.fingerprint == writer.fingerprint
    assert opened.draw(TEXT, 2, 4, Random(1)) == writer.draw(TEXT, 2, 4, Random(1))


def test_what_does_not_write_is_refused(tmp_path):
    pieces = word_pieces()
    with pytest.raises(WriterError, match="BertForMaskedLM does not write"):
        Writer.open(saved(masked(pieces), pieces, tmp_path / "masked"))
    with pytest.raises(WriterError, match="name a folder with") as refused:
        Writer.open(str(tmp_path))
    assert str(tmp_path) in str(refused.value)


def test_weights_that_are_missing_are_named(tmp_path, tokenizer):
    from safetensors.torch import load_file, save_file

    folder = saved(causal(tokenizer), tokenizer, tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    weights.pop("lm_head.weight")
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(WriterError, match=r"its files lack weights \(lm_head\.weight\)"):
        Writer.open(folder)


class Saying:
    """A writer that says the same lines always, and remembers its prompts."""

    def __init__(self, lines, rewrites=False):
        self.lines, self.rewrites, self.fingerprint, self.prompts = lines, rewrites, "2" * 16, []

    def draw(self, text, count, longest, chance):
        self.prompts.append(text)
        return self.lines[:count]


def test_a_paraphrase_is_the_first_line_and_never_the_text_itself():
    lines = [" a movie \nand more", "", "a  film", "a movie", "one film"]
    assert Paraphraser(Saying(lines))("a film", 9, Random(1)) == ("a movie", "one film")


@pytest.mark.parametrize(
    ("rewrites", "prompt", "shown"),
    [
        (True, None, "paraphrase: a {b}"),
        (False, None, "Sentence: a {b}\nThe same sentence in other words:"),
        (False, "{text} =>", "a {b} =>"),
    ],
)
def test_each_kind_of_model_is_shown_its_prompt(rewrites, prompt, shown):
    writer = Saying(["it"], rewrites)
    Paraphraser(writer, prompt)("a {b}", 1, Random(1))
    assert writer.prompts == [shown]


def test_a_prompt_without_the_text_is_refused():
    with pytest.raises(ValueError, match=r"has no \{text\}"):
        Paraphraser(Saying([]), "say it again")


def test_a_missing_paraphraser_says_what_to_set(monkeypatch, tmp_path, tokenizer):
    monkeypatch.delenv("TABOO_PARAPHRASER", raising=False)
    with pytest.raises(DataMissingError, match="set TABOO_PARAPHRASER to a folder"):
        Paraphraser.open()
    monkeypatch.setenv("TABOO_PARAPHRASER", saved(rewriting(tokenizer), tokenizer, tmp_path))
    assert Paraphraser.open()(TEXT, 4, Random(1)) == Paraphraser.open(str(tmp_path))(TEXT, 4, Random(1))


def test_the_end_of_a_text_is_drawn_anew_and_the_rest_stays():
    writer = Saying([" awful thing to see", "", " movie"])
    draw = ContinuedResampling(writer)
    text = Text.of("this is a film , really .")
    assert [it.written for it in draw(text, 2, 3, Random(1))] == [
        "this is a awful , thing .", "this is a , .", "this is a movie , .",
    ]  # fmt: skip
    assert writer.prompts == ["this is a"]
    assert draw(text, 5, 3, Random(1)) == ()


def test_endings_are_those_that_the_model_draws(going_on):
    text = Text.of("this is a great film")
    drawn = ContinuedResampling(going_on)(text, 2, 8, Random(3))
    assert len({it.written for it in drawn}) > 2
    assert all(it.written.startswith("this is a") for it in drawn)

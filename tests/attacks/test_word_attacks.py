"""Attacks that replace words: candidates from files and masked language models, and the recipes made of them."""

import json
import os
from pathlib import Path

import pytest

from attacks.core.perturbation import Perturbation
from attacks.core.text import Text
from attacks.data.examples import read_examples
from attacks.engine import Engine, Status
from attacks.evaluation.reporting import summarise
from attacks.recipes.bae import BAE
from attacks.recipes.bert_attack import BertAttack
from attacks.recipes.textfooler import TextFooler
from attacks.transformations.casing import cased_like
from attacks.transformations.counterfitted import CounterfittedNeighbours, NeighboursError
from attacks.transformations.errors import DataMissingError
from attacks.transformations.masked_lm import MaskedLM, MaskedLMError

pytest.importorskip("nltk")
torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

DATA = os.environ.get("TABOO_DATA")
needs_data = pytest.mark.skipif(DATA is None, reason="needs SST-2, nltk's data and models in TABOO_DATA")
FILM = Text.of("This is a Great film , with an UNBELIEVABLY fine cast .")


@pytest.mark.parametrize(
    ("word", "example", "written"),
    [
        ("movie", "film", "movie"),
        ("movie", "Film", "Movie"),
        ("movie", "FILM", "MOVIE"),
        ("we", "I", "We"),
        ("", "A", ""),
    ],
)
def test_a_replacement_is_written_like_the_word(word, example, written):
    assert cased_like(word, example) == written


@pytest.fixture
def neighbours(tmp_path):
    file = tmp_path / "near.json"
    file.write_text(json.dumps({"film": ["movie", "Film", "kino", "movie"], "great": ["grand", "big"]}))
    return file


def test_neighbours_come_from_a_file_the_nearest_first(neighbours, monkeypatch):
    text = Text.of("A GREAT film, Film, unknown")
    found = CounterfittedNeighbours(neighbours)
    assert [found(text, place) for place in range(5)] == [
        (), ("GRAND", "BIG"), ("movie", "kino"), ("Movie", "Kino"), (),
    ]  # fmt: skip
    assert CounterfittedNeighbours(neighbours, most=1)(text, 1) == ("GRAND",)
    monkeypatch.setenv("TABOO_COUNTERFITTED", str(neighbours))
    assert CounterfittedNeighbours()(text, 2) == ("movie", "kino")


@pytest.mark.parametrize("named", [None, "nowhere.json"])
def test_missing_neighbours_say_which_file_its_format_and_where_it_is_had(named, monkeypatch):
    monkeypatch.delenv("TABOO_COUNTERFITTED", raising=False)
    with pytest.raises(DataMissingError) as refused:
        CounterfittedNeighbours(named)
    said = str(refused.value)
    assert (named or "TABOO_COUNTERFITTED") in said
    assert "a JSON file that maps each word to a list of its neighbours" in said
    assert "https://github.com/robinjia/certified-word-sub" in said


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("no json", "Expecting value"),
        ("[]", "it holds no JSON object"),
        ('{"film": "movie"}', "what it says of 'film' is no list of words"),
        ('{"film": [1]}', "what it says of 'film' is no list of words"),
    ],
)
def test_a_file_that_is_no_neighbours_is_refused(written, problem, tmp_path):
    file = tmp_path / "near.json"
    file.write_text(written)
    with pytest.raises(NeighboursError, match=problem) as refused:
        CounterfittedNeighbours(file)
    assert str(file) in str(refused.value)


WORDS = ("this", "is", "a", "great", "film", "with", "an", "fine", "cast", "good", "poor", "movie", "dull", "plot")


def word_piece(longest=32):
    """A tokenizer of whole words and three pieces, lower case."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    tokens = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, "un", "##believ", "##ably", "7", ",", ".")
    made = Tokenizer(models.WordPiece({token: number for number, token in enumerate(tokens)}, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    named = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, mask_token="[MASK]", model_max_length=longest, **named
    )


def byte_pairs():
    """A tokenizer of byte-level pairs that knows upper case: words begin with a space."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokens = ["<pad>", "<unk>", "<mask>", "f", "i", "l", "m", "\u0120", "s", "fi", "lm", "\u0120fi", "\u0120film"]
    vocabulary = {token: number for number, token in enumerate([*tokens, "\u0120I", "\u0120s", "I"])}
    merges = [("f", "i"), ("l", "m"), ("\u0120", "fi"), ("\u0120fi", "lm"), ("\u0120", "I"), ("\u0120", "s")]
    made = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    from tokenizers import decoders

    made.decoder = decoders.ByteLevel()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", unk_token="<unk>", mask_token="<mask>", model_max_length=32
    )


def network(tokenizer):
    """A random masked language model, the same every time."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
        config = transformers.BertConfig(
            vocab_size=len(tokenizer), max_position_embeddings=64, initializer_range=0.5, **shape
        )
        return transformers.BertForMaskedLM(config)


@pytest.mark.parametrize("masks", [True, False])
def test_candidates_are_whole_words_other_than_the_word_in_its_case(masks):
    tokenizer = word_piece()
    found = MaskedLM(network(tokenizer), tokenizer, masks=masks, most=50)
    for place, word in enumerate(FILM.words):
        words = found(FILM, place)
        if word == "UNBELIEVABLY" and not masks:
            assert words == ()  # three pieces are no word whose prediction could be read
            continue
        like = {it: cased_like(it, word) for it in (*WORDS, "un")}
        assert set(words) == {like[it] for it in like if it != word.lower()}
        assert len(words) == len(set(words))
    assert len(MaskedLM(network(tokenizer), tokenizer, masks=masks, most=2)(FILM, 3)) == 2


@pytest.mark.parametrize("masks", [True, False])
def test_candidates_are_what_the_model_says_at_that_place_alone(masks):
    tokenizer = word_piece()
    model = network(tokenizer).eval()
    found = MaskedLM(model, tokenizer, masks=masks, most=3)
    text = Text.of("a great film with a fine cast")
    for place, word in enumerate(text.words):
        shown = Perturbation(text).with_word(place, "[MASK]" if masks else word).written
        with torch.inference_mode():
            logits = model(**tokenizer(f"[CLS] {shown} [SEP]", return_tensors="pt")).logits[0, place + 1]
        order = tokenizer.convert_ids_to_tokens(logits.argsort(descending=True).tolist())
        wanted = [it for it in order if it in (*WORDS, "un") and it != word]
        assert list(found(text, place)) == wanted[:3]


@pytest.mark.parametrize("masks", [True, False])
def test_a_text_longer_than_the_model_reads_has_candidates_everywhere(masks):
    tokenizer = word_piece(longest=12)
    found = MaskedLM(network(tokenizer), tokenizer, masks=masks, most=4)
    text = Text.of(" ".join(WORDS * 30))
    assert [len(found(text, place)) for place in range(len(text))] == [4] * len(text)


@pytest.mark.parametrize("written", ["", " ", "\u200b", "\U0001f34e", "\u6d77\u4e0a film", "film " * 800])
def test_odd_texts_break_nothing(written):
    tokenizer = word_piece()
    found = MaskedLM(network(tokenizer), tokenizer, masks=True, most=2)
    text = Text.of(written)
    assert [len(found(text, place)) for place in range(len(text))] == [2] * len(text)


@pytest.mark.parametrize("masks", [True, False])
def test_words_that_begin_with_a_mark_are_known_and_keep_their_case(masks):
    tokenizer = byte_pairs()
    found = MaskedLM(network(tokenizer), tokenizer, masks=masks, most=50)
    text = Text.of("fi film I")
    assert [set(found(text, place)) for place in range(3)] == [
        {"film", "I", "s"},
        {"fi", "I", "s"},
        {"fi", "film", "s"},
    ]


def test_a_spared_word_has_no_candidates_and_the_others_keep_theirs():
    tokenizer = word_piece()
    all_words = MaskedLM(network(tokenizer), tokenizer, masks=True, most=3)
    spared = MaskedLM(network(tokenizer), tokenizer, masks=True, most=3, spared=["GREAT", "a"])
    for place, word in enumerate(FILM.words):
        assert spared(FILM, place) == (() if word.lower() in ("great", "a") else all_words(FILM, place))


def test_reading_moves_no_gradient_and_no_chance():
    tokenizer = word_piece()
    model = network(tokenizer)
    before = torch.random.get_rng_state()
    MaskedLM(model, tokenizer, masks=True, most=2)(FILM, 0)
    assert all(weight.grad is None for weight in model.parameters())
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_tokenizer_without_a_mask_is_refused():
    tokenizer = word_piece()
    tokenizer.mask_token = None
    with pytest.raises(MaskedLMError, match="its tokenizer has no mask"):
        MaskedLM(network(tokenizer), tokenizer, masks=True, most=2)


def test_a_model_by_folder_or_variable_is_the_one_that_was_saved(tmp_path, monkeypatch):
    tokenizer = word_piece()
    model = network(tokenizer)
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    given = MaskedLM(model, tokenizer, masks=True, most=5)(FILM, 3)
    monkeypatch.setenv("TABOO_MASKED_LM", str(tmp_path))
    assert MaskedLM.open(masks=True, most=5)(FILM, 3) == given
    assert MaskedLM.open(str(tmp_path), masks=True, most=5)(FILM, 3) == given


def test_a_model_that_is_none_is_refused_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv("TABOO_MASKED_LM", raising=False)
    with pytest.raises(DataMissingError, match=r"set TABOO_MASKED_LM to a folder with config\.json"):
        MaskedLM.open(masks=True, most=2)
    with pytest.raises(MaskedLMError, match=r"set TABOO_MASKED_LM to a folder with config\.json"):
        MaskedLM.open(str(tmp_path), masks=True, most=2)


def test_a_classifier_is_no_masked_language_model(tmp_path):
    tokenizer = word_piece()
    config = network(tokenizer).config
    transformers.BertForSequenceClassification(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(MaskedLMError, match="its files lack weights"):
        MaskedLM.open(str(tmp_path), masks=True, most=2)


@pytest.fixture
def resources(monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")
    monkeypatch.setenv("TABOO_COUNTERFITTED", f"{DATA}/counterfitted/counterfitted_neighbors.json")
    monkeypatch.setenv("TABOO_MASKED_LM", f"{DATA}/imdb-bert-mini")


@needs_data
@pytest.mark.parametrize(
    ("written", "changes", "is_allowed"),
    [
        ("the film was great", {1: "movies"}, True),
        ("the film was great", {1: "quickly"}, False),
        ("the film was great", {3: "bad"}, True),
        ("the film was great", {1: "movie", 3: "fantastic"}, True),
        ("the film was great", {1: ""}, False),
        ("the film was great", {}, True),
        ("the film was great", {1: "motion picture"}, True),
    ],
)
def test_a_replacement_keeps_its_part_of_speech(resources, written, changes, is_allowed):
    from attacks.constraints.parts import SameParts

    assert SameParts()(Perturbation(Text.of(written), tuple(changes.items()))) is is_allowed


def test_a_missing_list_of_nltk_is_named_with_the_command_that_gets_it(monkeypatch, tmp_path):
    from attacks.transformations.nltk_files import require

    monkeypatch.setenv("NLTK_DATA", str(tmp_path))
    with pytest.raises(DataMissingError, match=r"run: python -m nltk\.downloader no_such_list"):
        require("corpora/no_such_list")


@pytest.fixture(scope="module")
def victim():
    """TF-IDF and logistic regression, fitted on 5,000 rows of SST-2."""
    pytest.importorskip("sklearn")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from attacks.victims.sklearn import SklearnVictim

    rows = sentences("train", 5000)
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
    return SklearnVictim(pipeline.fit([row.text for row in rows], [row.label for row in rows]))


def sentences(part, limit):
    return read_examples(Path(f"{DATA}/sst2/{part}.tsv"), limit)


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "limit", "least"), [(TextFooler, 60, 0.3), (BAE, 20, 0.3), (BertAttack, 20, 0.5)])
def test_a_recipe_turns_real_sentences_and_the_width_changes_no_row(resources, victim, recipe, limit, least):
    from attacks.constraints.stop_words import english_stop_words

    rows = sorted(Engine(victim, recipe(), width=64).run(sentences("dev", limit)), key=lambda row: row.number)
    figures = summarise(rows)
    assert (len(rows), figures.errors) == (limit, 0)
    assert figures.success.value >= least
    stops = english_stop_words()
    for row in rows:
        assert not any(row.text[start:end].lower() in stops for (start, end), _ in row.changes)
        if row.status is Status.SUCCEEDED:
            assert max(range(2), key=lambda label, row=row: row.after[label]) != row.label
            assert 1 <= len(row.changes) <= row.words
    again = Engine(victim, recipe(), width=3, batch=7).run(sentences("dev", 12))
    assert {row.number: row.to_line() for row in again} == {row.number: row.to_line() for row in rows[:12]}

"""Masked language models: words of several pieces, one place alone, infilling, resampling, antonyms."""

from itertools import product
from random import Random

import pytest

from attacks.core.edits import with_edit
from attacks.core.perturbation import Perturbation
from attacks.core.text import Text

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from attacks_models import WORDS, masked, word_pieces  # noqa: E402

from attacks.transformations.antonyms import AntonymsError, AvoidsAntonyms  # noqa: E402
from attacks.transformations.infilling import Infilling  # noqa: E402
from attacks.transformations.masked_lm import MaskedLM  # noqa: E402
from attacks.transformations.masked_reader import MaskedReader  # noqa: E402
from attacks.transformations.resampling import MaskedResampling  # noqa: E402

FILM = Text.of("This is a Great film , with an UNBELIEVABLY fine cast .")
SPLIT = 7


@pytest.fixture(scope="module")
def tokenizer():
    return word_pieces()


@pytest.fixture(scope="module")
def model(tokenizer):
    return masked(tokenizer)


@pytest.fixture(scope="module")
def reader(model, tokenizer):
    return MaskedReader(model, tokenizer)


def unmasked(model, tokenizer, **options):
    return MaskedLM(model, tokenizer, masks=False, most=50, combines_pieces=True, **options)


def test_predictions_for_the_pieces_of_a_word_are_combined_to_words(model, tokenizer):
    found = unmasked(model, tokenizer)(FILM, SPLIT)
    first = [it.upper() for it in (*WORDS, "un", "dis")]
    later = ["BELIEV", "ABLY", "LIKE"]
    assert found
    assert set(found) <= {a + b + c for a, b, c in product(first, later, later)}
    assert "UNBELIEVABLY" not in found


def test_combinations_that_surprise_the_model_least_come_first(model, tokenizer):
    text = Text.of("a unlike film")
    tokens = tokenizer("[CLS] a unlike film [SEP]")["input_ids"]
    surprises = []
    for word in unmasked(model, tokenizer)(text, 1):
        pieces = next(
            pair for pair in product(tokenizer.vocab, repeat=2) if pair[0] + pair[1].removeprefix("##") == word
            and pair[1].startswith("##") and not pair[0].startswith("##")
        )  # fmt: skip
        row = [*tokens[:2], *tokenizer.convert_tokens_to_ids(pieces), *tokens[4:]]
        with torch.inference_mode():
            said = model(input_ids=torch.tensor([row])).logits[0].log_softmax(-1)
        surprises.append(-float(said[2, row[2]] + said[3, row[3]]) / 2)
    assert len(surprises) in (11, 12)  # four first pieces, all three that go on, and the word itself may be among them
    assert surprises == pytest.approx(sorted(surprises), abs=1e-4)


@pytest.mark.parametrize("word", ["unbelievablylikelike", "7", "\U0001f34e"])
def test_words_of_too_many_pieces_or_none_have_no_candidates(model, tokenizer, word):
    text = Text.of(f"a {word} film", lambda _: [(0, 1), (2, 2 + len(word))])
    found = unmasked(model, tokenizer)(text, 1)
    assert found == () if word.startswith("unb") else all(it in WORDS or it in ("un", "dis") for it in found)


def test_a_spared_word_of_pieces_has_none(model, tokenizer):
    assert unmasked(model, tokenizer, spared=["unbelievably"])(FILM, SPLIT) == ()
    assert MaskedLM(model, tokenizer, masks=False, most=50)(FILM, SPLIT) == ()


@pytest.mark.parametrize("masks", [True, False])
def test_one_place_alone_has_the_candidates_it_has_with_the_others(model, tokenizer, masks):
    found = MaskedLM(model, tokenizer, masks=masks, most=5, combines_pieces=True)
    for place in range(len(FILM)):
        assert found.alone(FILM, place) == found(FILM, place)


def test_edits_replace_insert_and_merge_and_bring_in_no_word_from_beside(reader):
    text = Text.of("This film, with great cast")
    found = Infilling(reader, least=0.0, most=50)(text)
    start = Perturbation(text)
    written = [{with_edit(start, edit).written for edit in row} for row in found]
    assert "Great film, with great cast" in written[0]
    assert "This great film, with great cast" in written[0]
    assert "Great, with great cast" in written[0]
    assert "This film fine, with great cast" in written[1]
    assert not any("film film" in it or "with with" in it for row in written for it in row)
    assert [[edit for edit in row if len(edit) > 1] == [] for row in found] == [False, True, False, False, True]
    assert not any(len(edit) > 1 for edit in Infilling(reader, least=0.0, most=50, merges=lambda *_: False)(text)[0])


def test_no_word_comes_in_that_is_less_likely_than_asked_and_no_more_than_asked(model, tokenizer, reader):
    text = Text.of("a great film")
    row = tokenizer("[CLS] a [MASK] film [SEP]", return_tensors="pt")
    with torch.inference_mode():
        likely = model(**row).logits[0, 2].softmax(-1)
    wanted = [it for it in (*WORDS, "un", "dis") if likely[tokenizer.vocab[it]] >= 0.1 and it != "great"]
    found = Infilling(reader, least=0.1, most=50)(text)[1]
    assert {edit[0][1] for edit in found if len(edit) == 1 and " " not in edit[0][1]} == set(wanted)
    few = Infilling(reader, least=0.0, most=2)(text)
    assert [len(row) for row in few] == [6, 6, 4]


@pytest.mark.parametrize("written", ["\u200b", "\U0001f34e", "film " * 90, "a"])
def test_odd_texts_can_be_infilled(reader, written):
    text = Text.of(written)
    assert len(Infilling(reader, least=0.0, most=1)(text)) == len(text)


def test_where_the_tokenizer_passes_over_a_word_nothing_is_filled_in(reader):
    text = Text.of("a \u200b film", lambda _: [(0, 1), (2, 3), (4, 8)])
    assert [bool(row) for row in Infilling(reader, least=0.0, most=1)(text)] == [True, False, True]
    assert MaskedResampling(reader)(text, 2, 3, Random(1)) == ()


def test_resampling_draws_words_in_a_row_and_the_same_chance_draws_the_same(reader):
    text = Text.of("This is an UNBELIEVABLY great film , with a fine cast .")
    drawn = MaskedResampling(reader, most=50)(text, 3, 20, Random(5))
    assert len(drawn) == 20
    assert len({it.written for it in drawn}) > 10
    for it in drawn:
        assert max(it.places) - min(it.places) < 3
        assert all(word.lower() in (*WORDS, "un", "dis") for _, word in it.changes)
    assert drawn == MaskedResampling(reader, most=50)(text, 3, 20, Random(5))
    assert drawn != MaskedResampling(reader, most=50)(text, 3, 20, Random(6))


def test_resampling_draws_by_what_the_model_finds_likely(model, tokenizer, reader):
    text = Text.of("great")
    with torch.inference_mode():
        likely = model(**tokenizer("[CLS] [MASK] [SEP]", return_tensors="pt")).logits[0, 1].softmax(-1)
    known = [tokenizer.vocab[it] for it in (*WORDS, "un", "dis")]
    drawn = [it.word(0) for it in MaskedResampling(reader, most=50)(text, 1, 800, Random(2))]
    for word in WORDS:
        share = float(likely[tokenizer.vocab[word]] / likely[known].sum())
        assert drawn.count(word) / 800 == pytest.approx(share, abs=0.07)


def test_no_more_words_are_resampled_than_there_are(reader):
    assert MaskedResampling(reader)(Text.of("great"), 2, 3, Random(1)) == ()


@pytest.fixture
def antonyms(tmp_path):
    (tmp_path / "one_antonyms.txt").write_text("good bad\n\nhot cold \n")
    (tmp_path / "two_antonyms.txt").write_text("good evil\n")
    return tmp_path


def test_antonyms_of_a_file_or_a_folder_are_avoided_both_ways(antonyms):
    start = Perturbation(Text.of("a Good cold film"))
    folder, file = AvoidsAntonyms(antonyms), AvoidsAntonyms(antonyms / "two_antonyms.txt")
    table = [(start.with_word(1, "bad"), False, True), (start.with_word(1, "Evil"), False, False),
             (start.with_word(2, "hot"), False, True), (start.with_word(3, "bad"), True, True)]  # fmt: skip
    assert [(folder(it), file(it)) for it, _, _ in table] == [(one, other) for _, one, other in table]
    assert folder.fingerprint != file.fingerprint


@pytest.mark.parametrize(
    ("content", "problem"), [(None, "there is no such file"), (b"a b c", "line 1 holds 3 words"), (b"\xff", "no text")]
)
def test_a_file_that_holds_no_antonyms_is_refused(tmp_path, content, problem):
    if content is not None:
        (tmp_path / "antonyms.txt").write_bytes(content)
    with pytest.raises(AntonymsError, match=problem) as refused:
        AvoidsAntonyms(tmp_path)
    assert "two words a line" in str(refused.value)

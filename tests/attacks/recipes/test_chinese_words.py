"""Attacks that replace words in Chinese texts, on a victim trained on real hotel reviews."""

import importlib.util
import os
from pathlib import Path
from random import Random

import pytest

from attacks.data.examples import read_examples
from attacks.engine import Engine, Example, Status
from attacks.languages import chinese_part, chinese_text
from attacks.opening import RefusedAttackError, recipe_named
from attacks.recipes.pso import PSO
from attacks.recipes.pwws import PWWS

pytest.importorskip("nltk")
pytest.importorskip("sklearn")
pytest.importorskip("scipy")
DATA = os.environ.get("TABOO_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="needs ChnSentiCorp and nltk's stop words in TABOO_DATA")
SCRIPT = Path(__file__).parents[3] / "scripts" / "word_vectors.py"


@pytest.fixture(autouse=True)
def nltk_data(monkeypatch):
    monkeypatch.setenv("NLTK_DATA", f"{DATA}/nltk_data")


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("word_vectors", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reviews():
    """Reviews in a fixed order, the last 40 short ones to attack, the others to learn from."""
    rows = read_examples(Path(f"{DATA}/chinese-sentiment/ChnSentiCorp_htl_all.csv"))
    Random(0).shuffle(rows)
    short = [row for row in rows[1500:1700] if len(row.text) <= 80]
    return rows[:1500], short[:12]


@pytest.fixture(scope="module")
def vectors(script, reviews, tmp_path_factory):
    folder = tmp_path_factory.mktemp("vectors")
    text = folder / "reviews.txt"
    text.write_text("\n".join(" ".join(row.text.split()) for row in reviews[0]), encoding="utf-8")
    options = ["--language", "zh", "--dimensions", "40", "--least", "4"]
    assert script.main([str(text), str(folder / "zh.npz"), *options]) == 0
    return folder / "zh.npz"


@pytest.fixture(scope="module")
def victim(reviews):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from attacks.victims.sklearn import SklearnVictim

    letters = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2)
    pipeline = make_pipeline(letters, LogisticRegression(max_iter=1000))
    return SklearnVictim(pipeline.fit([row.text for row in reviews[0]], [row.label for row in reviews[0]]))


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "options"), [(PWWS, {}), (PSO, {"particles": 20, "moves": 8})])
def test_real_reviews_fall_by_words_of_the_same_part(recipe, options, victim, vectors, reviews):
    made = recipe(f"embeddings:{vectors}", language="zh", **options)
    rows = list(Engine(victim, made, seed=1).run(reviews[1]))
    assert not [row for row in rows if row.status is Status.ERROR]
    fallen = [row for row in rows if row.status is Status.SUCCEEDED]
    assert fallen
    for row in fallen:
        read = [(row.text[start:end], text) for (start, end), text in row.changes]
        assert all(chinese_part(word) == chinese_part(text) != "" for word, text in read)


@pytest.mark.slow
def test_the_width_changes_no_row_of_a_chinese_run(victim, vectors, reviews):
    made = PWWS(f"embeddings:{vectors}", language="zh")
    one, other = (
        sorted(row.to_line() for row in Engine(victim, made, seed=1, width=width).run(reviews[1][:4]))
        for width in (4, 1)
    )
    assert one == other


def test_synonyms_of_a_chinese_wordnet_are_the_default(tmp_path, monkeypatch, victim):
    lines = "1-n\tlemma\t\u9152\u5e97\n1-n\tlemma\t\u65c5\u9986\n"
    (tmp_path / "wn.tab").write_text(lines, encoding="utf-8")
    monkeypatch.setenv("TABOO_CHINESE_WORDNET", str(tmp_path / "wn.tab"))
    made = recipe_named("pwws", "zh")
    text = "\u9152\u5e97\u4e0d\u9519"
    assert made.read(text) == chinese_text(text)
    (row,) = Engine(victim, made).run([Example(0, text, 1)])
    assert row.perturbed == "\u65c5\u9986\u4e0d\u9519"


def test_a_recipe_for_english_alone_is_not_made_for_chinese():
    with pytest.raises(RefusedAttackError, match="attack 'textfooler' is for en, not for 'zh'"):
        recipe_named("textfooler", "zh")


def test_vectors_of_english_examples_are_the_same_every_time(script, tmp_path, capsys):
    file = tmp_path / "texts.tsv"
    words = [f"{one} {two} sat on the {three}" for one in ("a", "the") for two in ("cat", "dog") for three in "mnop"]
    file.write_text("text\tlabel\n" + "".join(f"{line}\t0\n" for line in words))
    options = ["--dimensions", "4", "--least", "2", "--window", "2"]
    for name in ("one.npz", "two.npz"):
        assert script.main([str(file), str(tmp_path / name), *options]) == 0
    import numpy as np

    one, two = (np.load(tmp_path / name) for name in ("one.npz", "two.npz"))
    assert one["words"].tolist() == sorted({"a", "cat", "dog", "the", "sat", "on", *"mnop"})
    assert np.array_equal(one["vectors"], two["vectors"])
    assert script.main([str(file), str(tmp_path / "three.npz")]) == 1
    assert "too few for 100 dimensions" in capsys.readouterr().err

"""The code that the pages show about attacks is run as it stands."""

import re
from pathlib import Path
from textwrap import dedent

import joblib
import pytest

from attacks.testing import check_attack
from attacks.transformations.errors import DataMissingError
from attacks.transformations.nltk_files import require

pytest.importorskip("sklearn")
ROOT = Path(__file__).parents[2]


def code_of(page: str, holding: str) -> str:
    """The one Python block of a page that holds this."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    (found,) = (block for block in blocks if holding in block)
    return dedent(found)


def test_the_attack_of_ones_own_passes_the_kit():
    made: dict = {}
    exec(compile(code_of("docs/attacks.md", "class Shouting"), "docs/attacks.md", "exec"), made)
    check_attack(made["Shouting"]).require()


@pytest.mark.parametrize("page", ["README.md", "docs/attacks.md"])
def test_the_attack_in_five_lines_runs(page, tmp_path, monkeypatch, capsys):
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pytest.importorskip("nltk")
    try:
        require("corpora/wordnet")
    except DataMissingError as missing:
        pytest.skip(str(missing))
    texts, labels = ["a great film", "a grand film", "an awful film", "a poor film"] * 5, [1, 1, 0, 0] * 5
    joblib.dump(make_pipeline(CountVectorizer(), LogisticRegression()).fit(texts, labels), tmp_path / "model.joblib")
    monkeypatch.chdir(tmp_path)
    code = code_of(page, "victim_named")
    assert sum(1 for line in code.splitlines() if line and "import" not in line) <= 5
    exec(compile(code, page, "exec"), {})
    assert capsys.readouterr().out

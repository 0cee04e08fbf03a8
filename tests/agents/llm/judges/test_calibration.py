"""A calibration file says what it is, is read back whole, and fits only what it was made for."""

import json

import pytest

from agents.llm.judges.calibration import load, named
from agents.llm.judges.errors import CalibrationError, CalibrationMismatchError


def test_what_is_saved_is_loaded(save):
    path = save()
    loaded = load(str(path))
    assert loaded.text == path.read_text(encoding="utf-8")
    assert list(path.parent.iterdir()) == [path]


FLAT = {"level": 0, "start": 0, "spread": 1, "noise": 0}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": "other/1"}, "its format is not"),
        ({"model": 7}, "model is 7, not text"),
        ({"curve": {}}, "middle is None, not a number"),
        ({"curve": {"middle": 1, "width": float("nan"), "length": {}}}, "width is nan"),
        ({"curve": {"middle": 1, "width": 1}}, "level is None"),
        ({"curve": {"middle": 1, "width": 0, "length": FLAT}}, "must be above 0"),
        ({"sentences": []}, "sentences is \\[\\], not an object"),
    ],
)
def test_a_file_that_is_no_calibration_says_what_is_wrong_with_it(save, change, problem):
    path = save()
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(CalibrationError, match=f"my.json.*{problem}.*make it anew"):
        load(str(path))


@pytest.mark.parametrize(("content", "problem"), [(b"{", "is not JSON"), (b"\xff", "is not JSON"), (b"[]", "format")])
def test_a_file_that_is_no_json_object_is_refused(tmp_path, content, problem):
    (tmp_path / "bad.json").write_bytes(content)
    with pytest.raises(CalibrationError, match=problem):
        load(str(tmp_path / "bad.json"))


@pytest.mark.parametrize(
    ("argument", "problem"),
    [
        ("o.json", "calibration 'o.json': there is no such file; make it with `taboo judge calibrate`"),
        ("model?calibration=o.json", "calibration 'o.json': there is no such file; make it"),
        ("o.json,form", "calibration 'o.json,form': there is no such file, .* `taboo judge try` takes one at a time"),
        ("model?calibration=o.json,form", "calibration 'o.json,form': there is no such file, .* takes one at a time"),
    ],
)
def test_a_file_that_is_not_there_is_named(save, tmp_path, monkeypatch, argument, problem):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CalibrationError, match=f"^{problem}"):
        named(argument)
    for name in ("o.json", "o.json,form"):
        save(name)
    assert named(argument) is not None


def test_a_folder_is_no_calibration(tmp_path):
    with pytest.raises(CalibrationError, match="cannot be read: Is a directory; make it anew"):
        load(str(tmp_path))


def test_a_calibration_fits_the_judge_and_model_it_was_made_for_alone(save):
    made = load(str(save()))
    made.require_judge("my.json", "perplexity", "1")
    made.require_model("my.json", "elsewhere/model", "0123456789abcdef")
    with pytest.raises(CalibrationMismatchError, match=r"made for judge 'perplexity 1' .* used with 'relevance 1'"):
        made.require_judge("my.json", "relevance", "1")
    with pytest.raises(CalibrationMismatchError) as mismatch:
        made.require_model("my.json", "other", "f" * 16)
    assert "scripted:replies.txt (0123456789abcdef)" in str(mismatch.value)
    assert "other (ffffffffffffffff)" in str(mismatch.value)


@pytest.mark.parametrize(
    ("argument", "model"),
    [
        ("{path}", "scripted:replies.txt"),
        ("other?calibration={path}", "other"),
        ("other?dtype=float32&calibration={path}&rows=4", "other?dtype=float32&rows=4"),
        ("openai:http://host/v1#m?calibration={path}", "openai:http://host/v1#m"),
    ],
)
def test_an_argument_names_a_calibration_alone_or_beside_a_model(save, argument, model):
    path = str(save("a,b.json"))
    found = named(argument.format(path=path))
    assert (found.path, found.model) == (path, model)


def test_a_model_without_a_calibration_names_none(tmp_path):
    assert named(str(tmp_path)) is None

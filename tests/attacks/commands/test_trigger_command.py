"""`taboo attack trigger` looks where it shall write before it learns."""

import pytest

from arena.core.errors import TabooError
from attacks.triggers import trigger


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("absent/t.json", "there is no folder"),
        ("there.json", "is there already; choose another --out"),
        ("there.json/t.json", "there is no folder"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_before_anything_is_learnt(out, told, tmp_path):
    (tmp_path / "there.json").write_text("mine", encoding="utf-8")
    # Neither the victim nor the data is there: they would be told first if they were opened first.
    with pytest.raises(TabooError, match=told):
        trigger(victim="torch:absent", data=tmp_path / "absent.tsv", out=tmp_path / out)
    assert (tmp_path / "there.json").read_text(encoding="utf-8") == "mine"

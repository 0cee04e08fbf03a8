"""docs/llm.md names every option that there is, and none that there is not."""

import re
from pathlib import Path

import pytest

from agents.llm.engines.local.settings import OPTIONS as LOCAL
from agents.llm.engines.openai.terms import OPTIONS as SERVER
from agents.llm.pool import engine_kind
from agents.llm.settings import OPTIONS as AGENT
from agents.llm.spec import ModelSpec
from agents.llm.tools import TOOLS

PAGE = (Path(__file__).parents[3] / "docs" / "llm.md").read_text(encoding="utf-8")
TABLES = {"How the agent asks": AGENT, "A local model": LOCAL, "A model behind a server": SERVER}


@pytest.mark.parametrize("title", TABLES)
def test_the_table_of_options_is_complete(title):
    table = PAGE[PAGE.index(f"**{title}**") :].split("\n\n")[1]
    named = {name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert named == set(TABLES[title])


def test_every_tool_is_named():
    assert all(f"`{name}`" in PAGE for name in TOOLS)


@pytest.mark.parametrize("name", re.findall(r"llm:([\w/.:#-]+\?[^\s'`]+)", PAGE))
def test_the_models_of_the_examples_can_be_read(name):
    spec = ModelSpec.parse(name)
    spec.require_known({*AGENT, *engine_kind(spec.engine).options})


def test_an_option_means_one_thing():
    assert not set(AGENT) & (set(LOCAL) | set(SERVER))

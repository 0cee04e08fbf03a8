"""Where settings come from, and which are refused."""

import re
from pathlib import Path

import pytest

from arena.core.hits import Language
from arena.server.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_file_and_environment_the_defaults_hold():
    assert load_settings() == Settings()


def test_settings_alone_read_nothing_of_the_world(folder, monkeypatch):
    (folder / "taboo.toml").write_text("port = 9001\n")
    monkeypatch.setenv("TABOO_NAME", "Elsewhere")
    assert (Settings().port, Settings().name) == (8000, "Taboo Arena")


def test_a_file_in_the_folder_is_read(folder):
    (folder / "taboo.toml").write_text('port = 9001\nlanguage = "zh"\nagents = ["honest"]\n')
    settings = load_settings()
    assert (settings.port, settings.language, settings.agents) == (9001, Language.CHINESE, ("honest",))


def test_the_environment_is_over_the_file_and_a_change_is_over_both(folder, monkeypatch):
    (folder / "mine.toml").write_text('port = 9001\nhost = "::1"\nname = "File"\n')
    monkeypatch.setenv("TABOO_PORT", "9002")
    monkeypatch.setenv("TABOO_HOST", "0.0.0.0")
    settings = load_settings(folder / "mine.toml", port=9003)
    assert (settings.port, settings.host, settings.name) == (9003, "0.0.0.0", "File")


def test_lists_in_the_environment_have_commas_between(monkeypatch):
    monkeypatch.setenv("TABOO_AGENTS", "honest, hiding")
    monkeypatch.setenv("TABOO_TRUSTED_PROXIES", "10.0.0.0/8,::1")
    settings = load_settings()
    assert settings.agents == ("honest", "hiding")
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1")


@pytest.mark.parametrize(
    ("name", "value", "source"),
    [
        ("TABOO_PORT", "http", "TABOO_PORT"),
        ("TABOO_PORT", "70000", "TABOO_PORT"),
        ("TABOO_LANGUAGE", "fr", "TABOO_LANGUAGE"),
        ("TABOO_PUBLIC_URL", "arena.example.org", "TABOO_PUBLIC_URL"),
        ("TABOO_PUBLIC_URL", "https://arena.example.org/play", "TABOO_PUBLIC_URL"),
        ("TABOO_TRUSTED_PROXIES", "proxy", "TABOO_TRUSTED_PROXIES"),
        ("TABOO_GRACE_SECONDS", "nan", "TABOO_GRACE_SECONDS"),
        ("TABOO_HEARTBEAT_SECONDS", "0", "TABOO_HEARTBEAT_SECONDS"),
    ],
)
def test_what_cannot_be_used_is_refused_by_the_name_it_came_under(monkeypatch, name, value, source):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert refused.value.source == source
    assert repr(value) in str(refused.value) or "nan" in str(refused.value)


def test_a_setting_that_does_not_exist_is_refused(folder):
    (folder / "taboo.toml").write_text("prot = 9001\n")
    with pytest.raises(SettingsError, match=r"^prot: there is no such setting"):
        load_settings()


@pytest.mark.parametrize(
    ("content", "problem"), [(b"port =", "is not TOML"), (b"\xff", "is not TOML"), (None, "there is no such file")]
)
def test_a_file_that_cannot_be_read_is_refused(folder, content, problem):
    path = folder / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=problem):
        load_settings(path)


def test_a_folder_is_no_settings_file(folder):
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(folder)


def test_settings_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1


def test_only_https_makes_cookies_secure():
    assert Settings(public_url="https://arena.example.org").is_secure
    assert not Settings(public_url="http://arena.example.org").is_secure
    assert not Settings().is_secure


def test_an_address_loses_its_last_slash():
    assert Settings(public_url="https://arena.example.org/").public_url == "https://arena.example.org"


# --- the table in the docs -------------------------------------------------------------------------------------------

DEPLOYING = Path(__file__).parents[2] / "docs" / "deploying.md"


def test_the_docs_print_every_setting_as_the_code_has_it():
    from arena.server.settings_table import table

    text = DEPLOYING.read_text(encoding="utf-8")
    found = re.search(r"<!-- settings -->\n(.*?)<!-- /settings -->", text, re.DOTALL)
    assert found is not None
    assert found[1].strip() == table().strip(), "regenerate it: python -m arena.server.settings_table"


def test_every_setting_says_what_it_is():
    for name, field in Settings.model_fields.items():
        assert field.description, name

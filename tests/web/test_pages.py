import re

import pytest
from browsing import Browser

from web.headers import POLICY
from web.statics import FOLDER

MOST_BYTES = 150_000
_HANDLER = re.compile(r"^on[a-z]+$")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_opens_in_both_languages(pages, language):
    shown = pages(language)
    assert {name: page.status for name, page in shown.items() if page.status != 200} == {}
    assert {page.one("html").attributes["lang"] for page in shown.values()} == {{"en": "en", "zh": "zh-Hans"}[language]}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_inline_and_the_policy_forbids_it(pages, language):
    for name, page in pages(language).items():
        assert page.response.headers["content-security-policy"] == POLICY, name
        assert not page.all("style"), name
        assert not [it for it in page.all("script") if "src" not in it.attributes], name
        wrong = [it for it in page.elements if "style" in it.attributes or any(map(_HANDLER.match, it.attributes))]
        assert not wrong, name
        links = [it.attributes.get("href", "") for it in page.all("a")]
        assert not [link for link in links if not link.startswith(("/", "#", "?"))], name


def test_the_policy_allows_nothing_but_our_own_files():
    assert "unsafe" not in POLICY
    assert POLICY.startswith("default-src 'none'")
    for part in ("script-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in POLICY.split("; ")


def test_pages_carry_the_other_headers_too(visitor):
    headers = visitor.get("/").response.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cache-control"] == "no-store"


def test_answers_of_the_api_are_not_sniffed_either(visitor):
    headers = visitor.ask("GET", "/api/v1/rules").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" not in headers


def test_every_page_has_its_landmarks_and_one_heading(pages):
    for name, page in pages("en").items():
        assert len(page.all("main")) == len(page.all("header", class_="top")) == len(page.all("footer")) == 1, name
        assert len(page.all("h1")) == 1, name
        assert page.one("a", class_="skip").attributes["href"] == "#main", name
        assert page.one("title").text.endswith("\u00b7 Taboo Arena"), name
        assert all(it.attributes.get("aria-label") for it in page.all("nav")), name


def test_every_field_has_a_label_and_every_table_a_caption(pages):
    for name, page in pages("en").items():
        labelled = {it.attributes.get("for") for it in page.all("label")}
        fields = [*page.all("input"), *page.all("select"), *page.all("textarea")]
        for field in fields:
            its = field.attributes
            if its.get("type") in ("hidden", "radio", "checkbox", "range") or "hidden" in its or "data-speed" in its:
                continue
            assert its.get("aria-label") or its.get("id") in labelled, (name, its)
        assert len(page.all("caption")) == len(page.all("table")), name


def test_no_id_stands_twice_on_a_page(pages):
    for name, page in pages("en").items():
        ids = [it.attributes["id"] for it in page.elements if "id" in it.attributes]
        assert sorted(ids) == sorted(set(ids)), name


def test_what_a_page_names_exists(pages):
    for name, page in pages("en").items():
        ids = {it.attributes["id"] for it in page.elements if "id" in it.attributes}
        for element in page.elements:
            for attribute in ("aria-labelledby", "aria-describedby", "for"):
                for named in element.attributes.get(attribute, "").split():
                    assert named in ids, (name, attribute, named)


def test_what_a_page_loads_is_there_and_is_kept_for_a_year(pages, visitor):
    wanted = set()
    for page in pages("en").values():
        wanted |= {it.attributes["src"] for it in page.all("script")}
        wanted |= {it.attributes["href"] for it in page.all("link")}
    assert len(wanted) > 5
    for path in wanted:
        response = visitor.ask("GET", path)
        assert response.status_code == 200, path
        assert response.headers["cache-control"].startswith("public, max-age=31536000"), path


def test_a_page_and_what_it_loads_is_light(pages, visitor):
    for name, page in pages("en").items():
        loaded = [it.attributes["src"] for it in page.all("script")]
        loaded += [it.attributes["href"] for it in page.all("link")]
        weight = len(page.html.encode()) + sum(len(visitor.ask("GET", path).content) for path in set(loaded))
        assert weight < (2 * MOST_BYTES if name.startswith("/api") else MOST_BYTES), (name, weight)


def test_a_plainly_named_file_is_asked_about_every_time(visitor):
    assert visitor.ask("GET", "/static/base.css").headers["cache-control"] == "no-cache"
    assert visitor.ask("GET", "/static/nothing.css").status_code == 404
    assert visitor.ask("GET", "/static/../render.py").status_code == 404


def test_no_file_is_compressed_beyond_reading_or_from_elsewhere():
    for file in FOLDER.rglob("*"):
        text = file.read_text(encoding="utf-8")
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", ""), file.name
        assert "https://" not in text, file.name
        assert file.suffix == ".svg" or max(map(len, text.splitlines())) < 200, file.name


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/matches/nothing", 404), ("/agents/nobody", 404)])
def test_what_is_not_there_is_a_page_that_says_so(visitor, path, status):
    page = visitor.get(path)
    assert page.status == status
    assert page.response.headers["content-security-policy"] == POLICY
    assert page.one("h1").text == "Nothing under this bar"


def test_a_program_gets_problems_and_no_pages(visitor):
    answer = visitor.ask("GET", "/nothing", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_stranger_is_asked_to_log_in_and_comes_back(visitor):
    answer = visitor.ask("GET", "/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Faccount")


def test_the_admins_pages_are_not_there_for_others(alice):
    for path in ("/admin", "/admin/users", "/admin/reports", "/admin/matches", "/admin/words"):
        assert alice.get(path).status == 404, path


def test_a_language_chosen_by_the_address_is_kept(place):
    browser = Browser(place)
    assert browser.get("/rules?lang=zh").one("h1").text == "规则"
    assert browser.get("/rules").one("h1").text == "规则"
    assert browser.get("/rules?lang=en").one("h1").text == "The rules"


def test_a_theme_is_in_the_page_from_its_first_byte(place):
    browser = Browser(place)
    assert "data-theme" not in browser.get("/").one("html").attributes
    answer = browser.send("/preferences", theme="dark", back="/rules")
    assert answer.response.headers["location"] == "/rules"
    assert browser.get("/").one("html").attributes["data-theme"] == "dark"
    browser.send("/preferences", theme="auto", back="//evil.example")
    assert "data-theme" not in browser.get("/").one("html").attributes


def test_a_forged_theme_is_no_theme(place):
    page = Browser(place, {"taboo_theme": '"><script>'}).get("/")
    assert "data-theme" not in page.one("html").attributes

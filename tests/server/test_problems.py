"""What is told of errors: enough to go on, and nothing internal."""

import json

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, SecretStr
from server.asking import running
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse

from arena.core.errors import MatchTimeError, RulesError, UnknownNameError
from arena.server import errors, problems
from arena.store.errors import FullLogError, MatchNotFoundError, RedactionError


class Login(BaseModel):
    name: str
    password: SecretStr


def app_raising(error: Exception) -> FastAPI:
    app = FastAPI()
    problems.install(app)

    @app.get("/api/it")
    @app.get("/page")
    async def it() -> None:
        raise error

    @app.post("/api/login")
    async def login(sent: Login, times: int = 1) -> None:
        raise error

    return app


def ask(error: Exception, path: str = "/api/it", **options):
    return send(app_raising(error), "GET", path, **options)


def send(app: FastAPI, method: str, path: str, **options):
    with running(app) as place:
        return place.ask(method, path, **options)


CASES = [
    (errors.InputError("name", "is too long"), 422, "input refused"),
    (errors.NameTakenError("alice"), 409, "name taken"),
    (errors.WrongLoginError(), 401, "wrong login"),
    (errors.NotSignedInError(), 401, "not signed in"),
    (errors.ForbiddenError("only an admin may do that"), 403, "forbidden"),
    (errors.NotAgreedError(), 403, "not agreed"),
    (errors.BannedError(), 403, "banned"),
    (errors.NotFoundError("match", "m1"), 404, "not found"),
    (errors.ConflictError("too late"), 409, "conflict"),
    (errors.ThrottledError("requests", 7), 429, "too many requests"),
    (errors.DrainingError(), 503, "restarting"),
    (errors.FullError("live matches", 3), 503, "full"),
    (RulesError("max_turns", 0, "give more"), 422, "rules refused"),
    (UnknownNameError("word list", "en-esay"), 422, "unknown name"),
    (RedactionError("m1", "event 1", "its words were erased before"), 409, "cannot be redacted"),
]


@pytest.mark.parametrize(("error", "status", "title"), CASES, ids=lambda it: type(it).__name__)
def test_an_error_of_ours_is_told_as_it_is(error, status, title):
    answer = ask(error)
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.status_code, told["status"], told["title"]) == (status, status, title)
    assert told["detail"] == str(error)
    assert told["type"] == "/api/v1/problems#" + title.replace(" ", "-")


def test_what_helps_a_program_is_a_field():
    assert ask(errors.InputError("name", "is too long")).json()["field"] == "name"
    assert ask(RulesError("max_turns", 0, "give more")).json()["field"] == "max_turns"
    throttled = ask(errors.ThrottledError("requests", 7))
    assert (throttled.json()["retry_after"], throttled.headers["retry-after"]) == (7, "7")
    assert ask(errors.NotSignedInError()).headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("error", "status", "secret"),
    [
        (FullLogError("/var/lib/taboo/taboo.db"), 503, "/var/lib"),
        (MatchNotFoundError("m1"), 404, "taboo replay"),
        (MatchTimeError(3, 5), 500, "match time"),
        (RuntimeError("the word is banana"), 500, "banana"),
        (KeyError("banana"), 500, "banana"),
    ],
    ids=lambda it: type(it).__name__,
)
def test_nothing_internal_is_told(error, status, secret):
    answer = ask(error)
    assert answer.status_code == status
    assert secret not in answer.text
    assert (status == 500) == ("reference" in answer.json())


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"name": "alice", "password": ["hunter2hunter2"]}', "password"),
        (b'{"password": "hunter2hunter2"}', "name"),
        (b'{"password": "hunter2hunter2"', "body"),
        (b'["hunter2hunter2"]', "body"),
        (b"", "body"),
        (b'{"password": "hunter2\xff"}', "body"),
    ],
)
def test_a_request_that_does_not_fit_names_the_field_and_quotes_nothing(body, field):
    headers = {"content-type": "application/json"}
    answer = send(app_raising(RuntimeError()), "POST", "/api/login", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert "hunter2" not in answer.text


def test_a_query_that_does_not_fit_is_named():
    sent = {"name": "a", "password": "b"}
    answer = send(app_raising(RuntimeError()), "POST", "/api/login?times=hunter2", json=sent)
    assert (answer.json()["field"], "hunter2" in answer.text) == ("times", False)


def test_a_wrong_path_and_a_wrong_method_are_problems_too():
    app = app_raising(RuntimeError())
    missing, wrong = send(app, "GET", "/api/nothing"), send(app, "POST", "/api/it")
    assert (missing.status_code, missing.json()["title"]) == (404, "not found")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")
    assert {it.headers["content-type"] for it in (missing, wrong)} == {"application/problem+json"}


def test_the_sentence_of_an_http_exception_is_not_passed_on():
    answer = ask(HTTPException(418, detail="banana"))
    assert (answer.status_code, "banana" in answer.text) == (418, False)


def test_a_browser_that_wants_a_page_gets_one_where_somebody_makes_it():
    app = app_raising(errors.ThrottledError("requests", 7))

    async def page(request, told):
        return HTMLResponse(f"<h1>{told.title}</h1>", told.status)

    app.state.error_page = page
    html = {"accept": "text/html,*/*"}
    shown = send(app, "GET", "/page", headers=html)
    assert (shown.text, shown.status_code, shown.headers["retry-after"]) == ("<h1>too many requests</h1>", 429, "7")
    assert send(app, "GET", "/page", headers={"accept": "application/json"}).json()["status"] == 429
    assert send(app, "GET", "/api/it", headers=html).json()["status"] == 429


def test_every_error_of_the_table_has_a_sentence_that_fits():
    for kind, problem in errors.PROBLEMS.items():
        assert 400 <= problem.status < 600, kind
    assert json.dumps(problems.told_of(errors.NotFoundError("match", "m" * 10_000)).to_json()).count("m") < 600

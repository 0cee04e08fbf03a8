"""The rules, from the program's own tables, and a place to try out what says a word."""

import asyncio

from fastapi import APIRouter, Request, Response

from arena.core.errors import TabooError
from arena.core.hits import Form, Language
from arena.core.rules import PRESETS
from arena.words.lists import list_names, load_list
from web.render import show, words_for
from web.ruleboard import Example, examples, fields, read, verdict_rows
from web.wrongs import Wrong, wrong_of

router = APIRouter()

LONGEST_WORD, LONGEST_TEXT = 100, 500


@router.get("/rules")
async def rules(request: Request) -> Response:
    """The rules; with `word` and `text`, what the referee says to them."""
    tried, wrong = await _try(request)
    lists = [(name, load_list(name)) for name in list_names()]
    return await show(
        request,
        "rules.html",
        200 if wrong is None else wrong.status,
        rows=verdict_rows(),
        presets=tuple(PRESETS),
        fields=fields(),
        examples=await asyncio.to_thread(examples),
        forms=tuple(Form),
        lists=lists,
        tried=tried,
        wrong=wrong,
        given={name: request.query_params.get(name, "") for name in ("word", "text", "language", "form")},
        longest_word=LONGEST_WORD,
        longest_text=LONGEST_TEXT,
    )


async def _try(request: Request) -> tuple[Example | None, Wrong | None]:
    word, text = (request.query_params.get(name, "").strip() for name in ("word", "text"))
    if not word or not text:
        return None, None
    language, form = request.query_params.get("language"), request.query_params.get("form")
    try:
        found = await asyncio.to_thread(
            read,
            text[:LONGEST_TEXT],
            word[:LONGEST_WORD],
            Language(language) if language in list(Language) else words_for(request).language,
            Form(form) if form in list(Form) else Form.INFLECTION,
        )
    except TabooError as problem:
        return None, wrong_of(problem, words_for(request), fields=("word",))
    return found, None

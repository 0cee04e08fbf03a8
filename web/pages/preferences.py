"""What a visitor chose about the pages themselves, for browsers without scripts."""

from fastapi import APIRouter, Request, Response

from arena.server.house import house_of
from web.render import THEME_COOKIE, THEMES, keep_wish, local, see_other, sent

router = APIRouter()


@router.post("/preferences")
async def choose(request: Request) -> Response:
    """Keeps the theme, and goes back to the page on which it was chosen."""
    form = await sent(request)
    response = see_other(request, local(form.text("back")))
    theme = form.text("theme")
    seconds = 31_536_000 if theme in THEMES else 0
    keep_wish(response, house_of(request), THEME_COOKIE, theme if theme in THEMES else "", seconds)
    return response

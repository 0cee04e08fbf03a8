"""A page: a template, the words of the visitor's language, and what every page knows about the visitor.

`show` makes a page, `sent` reads a form that one of our pages sent, `see_other` goes on to another page. Whatever a
template prints is escaped, and what cannot be seen in it is written out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from arena.core.fields import is_storable
from arena.core.hits import Language
from arena.server.callers import CSRF_FIELD, Caller, caller, check_csrf, keep_visit
from arena.server.errors import InputError
from arena.server.house import House, house_of
from web import headers, i18n
from web.i18n import Words, language_of, visible, words
from web.statics import static

THEMES = ("light", "dark")
THEME_COOKIE, NOTICE_COOKIE = "taboo_theme", "taboo_notice"
MAX_FORM = 64 * 1024
_YEAR = 31_536_000


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates."""
    made = Environment(
        loader=PackageLoader("web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
        auto_reload=False,
    )
    made.globals.update(static=static, languages=tuple(Language), themes=THEMES)
    made.filters["path"] = lambda text: quote(str(text), safe="")
    made.filters["coded"] = coded
    return made


def _finalize(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return visible(value)


def coded(text: str) -> Markup:
    """The text with what stands between `backticks` as code."""
    parts = [escape(visible(part)) for part in text.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def words_for(request: Request) -> Words:
    """What the pages say to this visitor."""
    return words(language_of(request))


async def show(request: Request, template: str, status: int = 200, /, **values: object) -> Response:
    """The page. Templates find `t`, `th` (markup), `me`, `is_admin`, `csrf`, `static`, `site`, and the values."""
    who = await caller(request)
    response = render(request, who, template, status, values)
    keep_visit(response, house_of(request), who)
    return response


def render(request: Request, who: Caller, template: str, status: int, values: Mapping[str, object]) -> Response:
    """The page for somebody already known."""
    house, tell = house_of(request), words_for(request)
    notice = request.cookies.get(NOTICE_COOKIE, "")
    theme = request.cookies.get(THEME_COOKIE)
    shared = {
        "t": tell,
        "th": tell.markup,
        "lang": tell.language.value,
        "theme": theme if theme in THEMES else None,
        "me": who.account,
        "is_admin": who.is_admin,
        "csrf": who.csrf,
        "site": house.settings.name,
        "path": request.url.path,
        "here": here(request),
        "notice": tell(f"notice.{notice}") if f"notice.{notice}" in tell else None,
        "settings": house.settings,
    }
    html = environment().get_template(template).render({**shared, **values})
    response = HTMLResponse(html, status, {"Cache-Control": "no-store", "Vary": "Cookie, Accept-Language"})
    headers.add(response.headers)
    _remember(response, request, house, tell.language, has_notice=bool(notice))
    return response


def _remember(response: Response, request: Request, house: House, language: Language, *, has_notice: bool) -> None:
    """Keep a language that was chosen by the address, and forget a notice that was shown."""
    if request.query_params.get(i18n.QUERY) == language.value:
        keep_wish(response, house, i18n.COOKIE, language.value)
    if has_notice:
        response.delete_cookie(NOTICE_COOKIE, path="/")


def keep_wish(response: Response, house: House, name: str, value: str, seconds: int = _YEAR) -> None:
    """Keep what a visitor chose. It is no secret, and scripts may read it."""
    response.set_cookie(name, value, max_age=seconds, path="/", samesite="lax", secure=house.settings.is_secure)


def see_other(request: Request, path: str, notice: str | None = None) -> Response:
    """Go on to a page of ours, which then shows the text of `notice.NAME` once."""
    response = RedirectResponse(local(path), 303, {"Cache-Control": "no-store"})
    if notice is not None:
        keep_wish(response, house_of(request), NOTICE_COOKIE, notice, 60)
    return response


def local(path: str | None, otherwise: str = "/") -> str:
    """The path, if it leads to a page of ours and nowhere else."""
    is_ours = path is not None and path.startswith("/") and path[1:2] not in ("/", "\\")
    return path if path is not None and is_ours and path.isascii() and path.isprintable() else otherwise


def here(request: Request) -> str:
    """The path and query of the request, without a choice of language."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != i18n.QUERY]
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in kept)
    return quote(request.url.path) + (f"?{query}" if query else "")


def to_json(value: object) -> str:
    """The value for a `data-` attribute: ASCII, so that nothing in it is lost."""
    return json.dumps(value)


# --- forms ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """The fields of a form; a field that was left out is empty."""

    fields: Mapping[str, tuple[str, ...]]

    def text(self, name: str, most: int = 2000) -> str:
        """A field without the white space around it. Raises InputError where it is too long or cannot be kept."""
        return self.whole(name, most).strip()

    def whole(self, name: str, most: int = 20_000) -> str:
        """A field as it was sent, with line breaks as one character. Raises InputError."""
        value = (self.fields.get(name) or ("",))[0].replace("\r\n", "\n")
        if len(value) > most:
            raise InputError(name, f"is longer than {most} characters")
        if "\0" in value or not is_storable(value):
            raise InputError(name, "must be text without zero bytes or half characters")
        return value

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        return self.fields.get(name, ())

    def has(self, name: str) -> bool:
        """Whether a box was ticked."""
        return any(self.fields.get(name, ()))


async def sent(request: Request) -> Sent:
    """The form that a page of ours sent. Raises ForbiddenError where another site's page did, or InputError."""
    form = Sent(await _read(request))
    check_csrf(await caller(request), request, form.text(CSRF_FIELD))
    return form


async def _read(request: Request) -> dict[str, tuple[str, ...]]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise InputError("form", f"is longer than {MAX_FORM} bytes")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != "application/x-www-form-urlencoded":
        raise InputError("form", "must be sent as application/x-www-form-urlencoded")
    try:
        pairs: list[tuple[str, str]] = parse_qsl(
            bytes(body).decode("ascii", "strict"), keep_blank_values=True, errors="strict", max_num_fields=200
        )
    except ValueError:
        raise InputError("form", "cannot be read") from None
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        fields[name] = (*fields.get(name, ()), value)
    return fields


def site(request: Request) -> str:
    """Where this server is found, without a slash at the end: as the host says, else as the request was addressed."""
    return house_of(request).settings.public_url or str(request.base_url).rstrip("/")

"""The pages of the arena: server-rendered, readable without scripts. Whatever they show comes from `arena`.

Start with `render` (how a page is made) and `pages` (one module for each kind of page). The words are in `words/`.
"""

from fastapi import FastAPI


def mount(app: FastAPI) -> None:
    """Put every page into the app, with the files they load, and have refusals shown as pages."""
    from web.headers import SafeHeaders
    from web.pages import routers
    from web.pages.refusals import error_page
    from web.statics import PATH, Statics

    app.mount(PATH, Statics(), name="static")
    for router in routers():
        app.include_router(router, include_in_schema=False)
    app.state.error_page = error_page
    app.add_middleware(SafeHeaders)

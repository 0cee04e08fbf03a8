"""The HTTP API, from the program's own OpenAPI document, and where the other ways in are described."""

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from arena import wire
from arena.wire.asyncapi import asyncapi
from web.openapi import topics
from web.render import show, site

router = APIRouter()


@router.get("/asyncapi.json")
async def protocol() -> Response:
    """The protocol of remote seats, for tools."""
    return JSONResponse(asyncapi())


@router.get("/api")
async def reference(request: Request) -> Response:
    """Every route of the HTTP API."""
    found = topics(request.app.openapi())
    count = sum(len(topic.routes) for topic in found)
    base = site(request)
    return await show(request, "reference.html", topics=found, count=count, base=base, socket=wire.PATH)

"""For whoever runs the server: is it alive, should it be sent visitors, and what does it measure."""

from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from starlette.requests import Request

from arena.server.addresses import is_from_here
from arena.server.api.asking import ANYBODY, PRIVATE, Given, HouseIn, refusals
from arena.server.callers import caller
from arena.server.errors import NotFoundError
from arena.server.metrics import CONTENT_TYPE

ops = APIRouter(tags=["operations"])


class Health(Given):
    """The program runs and answers."""

    status: Literal["ok"] = "ok"


class Readiness(Given):
    """Whether new visitors should come here: not while the server drains, or cannot write its log."""

    status: Literal["ready", "draining", "log failing"]
    live_matches: int


@ops.get("/healthz", summary="Alive")
async def healthz() -> Health:
    """Answers as long as the program runs."""
    return Health()


@ops.get("/readyz", summary="Ready", responses={503: {"model": Readiness, "description": "Send nobody here now."}})
async def readyz(house: HouseIn) -> Response:
    """Answers 200 where a visitor could play now, else 503."""
    status: Literal["ready", "draining", "log failing"] = "ready"
    if house.hall.is_draining:
        status = "draining"
    elif house.hall.failing is not None:
        status = "log failing"
    found = Readiness(status=status, live_matches=len(house.hall.live))
    return JSONResponse(found.model_dump(), 200 if status == "ready" else 503, PRIVATE)


@ops.get(
    "/metrics",
    summary="Measurements",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus text."},
        **refusals(401, 404),
    },
    openapi_extra=ANYBODY,
)
async def metrics(request: Request, house: HouseIn) -> Response:
    """Answers programs of this machine and admins, or everybody where the host set `metrics_open`."""
    if not house.settings.metrics_open and not is_from_here(request) and not (await caller(request)).is_admin:
        raise NotFoundError("page", request.url.path)
    house.metrics.set_live(len(house.hall.live))
    house.metrics.set_queue(house.lobby.waiting)
    return Response(house.metrics.text(), 200, PRIVATE, CONTENT_TYPE)

"""What a server is made of: settings go in, an application comes out."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

import arena
from arena import registry
from arena.core.hits import Evasion, Form, Language, Policy
from arena.core.ports import Agent
from arena.places import log_path
from arena.server import api, limits, problems
from arena.server.addresses import address_of
from arena.server.archive import Archive
from arena.server.hall import Hall
from arena.server.house import House, house_of
from arena.server.lobby import Lobby
from arena.server.metrics import Metrics
from arena.server.people import People
from arena.server.players import Player
from arena.server.secrets import load_secret
from arena.server.settings import Settings, SettingsError
from arena.server.sockets import Switchboard
from arena.store import open_log
from arena.wire import PATH
from arena.words import WordMatcher, said

PAGES = "arena.pages"


def create_app(settings: Settings) -> FastAPI:
    """A server with everything that is installed. Raises TabooError where a page or an agent cannot be loaded.

    The log is opened, and live matches are taken up again, when the application starts.
    """
    check_agents(settings.agents)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _running(settings, app) as house:
            app.state.house = house
            yield

    app = FastAPI(
        title=settings.name,
        version=arena.__version__,
        summary="Adversarial Taboo: matches between language models, people and programs.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.settings = settings
    problems.install(app)
    limits.install(app, settings)
    app.include_router(api.ops)
    app.include_router(api.router)
    app.router.routes.append(WebSocketRoute(PATH, _socket))
    for name in registry.entries(PAGES):
        mount: Callable[[FastAPI], None] = registry.load(PAGES, name)
        mount(app)
    return app


async def _socket(socket: WebSocket) -> None:
    house = house_of(socket)
    await house.switchboard.serve(socket, house, address_of(socket, house.settings))


def make_agent(player: Player) -> tuple[Agent, bool]:
    """A fresh agent of the host's own. Raises TabooError where it is not installed."""
    found = registry.agent(player.name)
    return found.make(), found.card.is_timed


def check_agents(names: Sequence[str]) -> None:
    """Raises TabooError for a name in the settings that no agent of the host's own can have."""
    for name in names:
        if registry.agent(name).card.is_human:
            raise SettingsError("agents", f"{name!r} is a person at a terminal; people play in a browser")


def warm_up(language: Language) -> None:
    """Load a language's dictionaries, which would hold up the first action by a second."""
    said("three blind mice", "mouse", Policy(Form.INFLECTION, Evasion.WATCH, language))


@asynccontextmanager
async def _running(settings: Settings, app: FastAPI) -> AsyncIterator[House]:
    """The parts of the server, running."""
    where = log_path(settings.database or None)
    with open_log(where) as log:
        metrics = Metrics()
        people = People(log, session_days=settings.session_days, login_attempts=settings.login_attempts)
        hall = Hall(
            log,
            WordMatcher(),
            registry.judges_for,
            make_agent,
            metrics,
            max_live=settings.max_live,
            credit_ms=settings.credit_ms,
            grace_ms=round(settings.grace_seconds * 1000),
            pace_ms=settings.pace_ms,
        )
        house = House(
            settings=settings,
            secret=load_secret(settings, where),
            log=log,
            people=people,
            hall=hall,
            lobby=Lobby(hall, people, log, settings),
            archive=Archive(log),
            switchboard=Switchboard(),
            metrics=metrics,
        )
        app.state.house = house
        try:
            await asyncio.to_thread(warm_up, Language.ENGLISH)
            await hall.resume()
            seconds = settings.heartbeat_seconds
            async with house.lobby.running(), house.switchboard.beating(seconds), hall.beating(seconds):
                yield house
        finally:
            await house.switchboard.close_all()
            await hall.close()

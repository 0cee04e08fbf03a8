"""Every setting of a server: what it is, what it is by default, and where it comes from.

`Settings(...)` holds what it is given and defaults, nothing else. `load_settings` reads the world: the environment
(`TABOO_PORT`, ...) over a TOML file over the defaults. Secrets are not settings: they are `secrets`' to keep.
"""

import tomllib
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from arena.core.errors import TabooError
from arena.core.hits import Language

FILE = Path("taboo.toml")
"""Is read where it lies in the working folder and no other file is named."""
PREFIX = "TABOO_"


@dataclass(eq=False)
class SettingsError(TabooError):
    """A setting that cannot be used. `source` is the setting, its environment variable, or the file."""

    exit_code = 2

    source: str
    problem: str

    def __str__(self) -> str:
        return f"{self.source}: {self.problem}"


def _split(value: object) -> object:
    """A list as the environment has it: names with commas between."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/")):
        raise ValueError("must be an address such as https://arena.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc}" if value else ""


def _networks(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        ip_network(value, strict=False)
    return values


Names: TypeAlias = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Networks: TypeAlias = Annotated[Names, AfterValidator(_networks)]
Count: TypeAlias = Annotated[int, Field(ge=1)]
Seconds: TypeAlias = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class Settings(BaseSettings):
    """What a host may choose. Durations are in the unit that the name ends with."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, env_prefix=PREFIX)

    host: str = "127.0.0.1"
    """Address to listen on; `0.0.0.0` for every network of the machine."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    """Port to listen on; 0 takes a free one."""
    database: str = ""
    """The log: a file or a database URL. Empty: `$TABOO_DB`, or `taboo.db` in the user's data folder."""
    secret_file: str = ""
    """File of the secret that signs what browsers carry; made at the first start. Empty: beside the database."""
    name: Annotated[str, Field(min_length=1, max_length=60)] = "Taboo Arena"
    """What the place calls itself."""
    public_url: Annotated[str, AfterValidator(_origin)] = ""
    """Where browsers find it, such as `https://arena.example.org`; https makes the cookies Secure."""
    language: Language = Language.ENGLISH
    """Language of the pages and of a match where a visitor shows no wish: `en` or `zh`."""
    trusted_proxies: Networks = ()
    """Addresses or networks of proxies whose `X-Forwarded-For` is believed."""

    registration: Literal["open", "closed"] = "open"
    """Whether strangers may register."""
    guests: bool = True
    """Whether somebody may play with a nickname alone."""
    session_days: Annotated[int, Field(ge=1, le=365)] = 30
    """How long a browser stays signed in."""
    login_attempts: Count = 10
    """Failed logins per name and per address in 15 minutes."""
    requests_per_minute: Count = 600
    """HTTP requests of one account, or of one address that is not signed in."""

    agents: Names = ("direct", "hiding", "trigger", "honest", "detector", "evasive")
    """The host's own agents that may be challenged."""
    pace_ms: Annotated[int, Field(ge=0, le=60_000)] = 900
    """The least time in which the host's own agents answer a person."""
    queue_agent_after_seconds: Seconds = 5
    """How long a person waits for a person before an online agent will do."""
    queue_built_in_after_seconds: Seconds = 8
    """How long a person waits before one of the host's own agents will do."""
    offer_seconds: Seconds = 10
    """How long an agent may think about an offered seat."""

    max_live: Count = 5000
    """Live matches at once."""
    max_connections: Count = 6000
    """WebSocket connections at once."""
    connections_per_account: Count = 32
    """WebSocket connections of one account."""
    connections_per_address: Count = 1000
    """WebSocket connections from one address."""
    seats_per_connection: Annotated[int, Field(ge=1, le=1024)] = 1024
    """Seats that one connection may hold."""
    max_streams: Count = 6000
    """Event streams of spectators at once."""
    streams_per_address: Count = 100
    """Event streams to one address."""
    message_rate: Count = 50
    """Messages a second that one connection may send, on average over ten seconds."""

    identify_seconds: Seconds = 10
    """How long a connection may stay silent before it says who it is."""
    heartbeat_seconds: Annotated[Seconds, Field(gt=0)] = 15
    """How often both sides show that they are there."""
    grace_seconds: Seconds = 45
    """How long a match waits in all for each seat whose connection is lost while it is to move."""
    credit_ms: Annotated[int, Field(ge=0, le=10_000)] = 500
    """The most of an action's journey that is given back to the clock."""
    drain_seconds: Seconds = 10
    """The longest that a stopping server takes to suspend its matches."""

    metrics_open: bool = False
    """Whether `/metrics` answers everybody; otherwise this machine and admins only."""
    log_format: Literal["json", "console"] = "console"
    """How diagnostics are printed: one JSON object a line, or for a person to read."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe diagnostics that are printed."""

    @property
    def is_secure(self) -> bool:
        """Whether browsers come over TLS."""
        return self.public_url.startswith("https://")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the base class names the arguments
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given, and nothing of the world: `load_settings` reads that."""
        return (init_settings,)


def load_settings(config: Path | None = None, **changes: Any) -> Settings:  # noqa: ANN401 - any setting
    """The settings of this machine: `changes` over the environment over a file over the defaults.

    `config` None reads `taboo.toml` in the working folder where there is one. Raises SettingsError.
    """
    from_file = _read(config if config is not None else FILE, must_exist=config is not None)
    from_environment = EnvSettingsSource(Settings)()
    try:
        return Settings(**{**from_file, **from_environment, **changes})
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_context=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "settings"
        source = f"{PREFIX}{field.upper()}" if field in from_environment else field
        raise SettingsError(source, _problem(first["type"], first["msg"], first["input"])) from None


def _problem(kind: str, message: str, given: object) -> str:
    if kind == "extra_forbidden":
        return "there is no such setting; docs/deploying.md lists them all"
    return f"{message}, not {given!r}"


def _read(path: Path, *, must_exist: bool) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        if not must_exist:
            return {}
        raise SettingsError(str(path), "there is no such file") from None
    except OSError as wrong:
        raise SettingsError(str(path), f"cannot be read: {wrong.strerror}") from None
    except ValueError as wrong:
        raise SettingsError(str(path), f"is not TOML: {wrong}") from None

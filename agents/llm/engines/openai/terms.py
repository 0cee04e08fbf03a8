"""How a server is asked: how often, how long, at what price. The options of the engine, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass

from agents.llm.engines.options import Typed

OPTIONS: Mapping[str, str] = {
    "key_env": "NAME of the environment variable with the server's key (default OPENAI_API_KEY)",
    "concurrency": "most requests under way at a time (default 32)",
    "rpm": "most requests in any 60 seconds, retries included (no limit)",
    "tpm": "most tokens in any 60 seconds, prompts and answers, counted or estimated (no limit)",
    "retries": "most further attempts after a 429, a 5xx, a broken connection or a time-out (default 4)",
    "patience": "most seconds that one attempt may take (default 120)",
    "schemas": "auto (default): answers are held to a JSON Schema until the server refuses one; on; off",
    "price_in": "price of a million tokens read, for the account of costs",
    "price_out": "price of a million tokens said, for the account of costs",
    "chat": "on (default): the server puts conversations into form; off: they are written out as plain text",
    "context": "most tokens that prompt and answer may have together (default: what the server says)",
    "chars": "characters in a token, for estimates of text without ideographs (default 4)",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """The options with their values; None is without a limit, or unknown. Prices are for a million tokens."""

    concurrency: int = 32
    rpm: int | None = None
    tpm: int | None = None
    retries: int = 4
    patience: float = 120.0
    schemas: str = "auto"
    price_in: float | None = None
    price_out: float | None = None
    has_chat: bool = True
    context: int | None = None
    chars: float = 4.0

    @classmethod
    def of(cls, typed: Typed) -> "Terms":
        """The terms that the user typed. Raises EngineError."""
        default = cls()
        return cls(
            concurrency=typed.whole("concurrency", None) or default.concurrency,
            rpm=typed.whole("rpm", None),
            tpm=typed.whole("tpm", None),
            retries=_given(typed.whole("retries", None, least=0), default.retries),
            patience=typed.number("patience", None, least=0.001) or default.patience,
            schemas=typed.one_of("schemas", ("auto", "on", "off")),
            price_in=typed.number("price_in", None),
            price_out=typed.number("price_out", None),
            has_chat=typed.one_of("chat", ("on", "off")) == "on",
            context=typed.whole("context", None),
            chars=typed.number("chars", None, least=0.1) or default.chars,
        )


def _given(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value

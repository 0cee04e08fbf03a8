"""Where a model is: the server's base URL and the model's name there. A key in either is refused unread and unsaid."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from arena.core.errors import EngineError

OPENAI = "https://api.openai.com/v1"
"""The server where none is named."""
ASKED = "openai"
"""What errors call a model whose address may hold a secret and is not repeated."""
_KEY_LIKE = re.compile(
    r"\b(?:sk-[\w-]{16}|gsk_\w{16}|hf_[A-Za-z0-9]{20}|xai-[\w-]{16}|nvapi-[\w-]{16}|ghp_\w{16}|AIza[\w-]{16})"
    r"|\bbearer\b|\b(?:api[-_]?key|access[-_]?token|token|secret|password)\s*=",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Address:
    """A base URL without a slash at its end, and a model's name, empty where the server shall have one only."""

    url: str
    model: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read `URL#MODEL`; without a URL it is OpenAI's own server. Raises EngineError."""
        if is_key_like(text):
            raise _refusal("its address holds what looks like a key", "put the key into an environment variable")
        url, hash_sign, model = text.partition("#")
        if not hash_sign and "://" not in url:
            remedy = "write openai:http://HOST:PORT/v1#MODEL, or openai:#MODEL for OpenAI's own server"
            raise _refusal("its address is neither a URL nor begins with #", remedy)
        return cls(_base(url) if url else OPENAI, model.strip())

    @property
    def is_openai(self) -> bool:
        """Whether this is OpenAI's own server, which refuses to work without a key."""
        return self.url == OPENAI

    def __str__(self) -> str:
        return f"openai:{self.url}#{self.model}" if self.model else f"openai:{self.url}"


def is_key_like(text: str) -> bool:
    """Whether there is something in the text that looks like an API key or announces one."""
    return _KEY_LIKE.search(text) is not None


def _base(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("http", "https") or any(mark.isspace() for mark in url):
        raise _refusal("its address is no URL of a server", "write openai:http://HOST:PORT/v1#MODEL")
    if "@" in parts.netloc:
        raise _refusal("its URL names a user or a password", "put the key into an environment variable")
    if parts.query:
        raise _refusal("its URL has a query", "leave out what follows the question mark")
    # A server's root serves nothing that is asked here, and /v1 is where all of them have it.
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/') or '/v1'}"


def _refusal(problem: str, remedy: str) -> EngineError:
    return EngineError(ASKED, problem, remedy)

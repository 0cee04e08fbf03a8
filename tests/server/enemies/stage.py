"""Three live matches between the same two: a public one, a private one, and one between their programs, in Chinese."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from server.enemies import cast as players
from server.enemies.cast import Cast, assemble, kept_secrets
from server.enemies.lines import Line, as_agent, line
from server.enemies.needles import Needle, distinctive, needles_of
from serving import Served

from arena.core.events import Started
from arena.core.hits import Language
from arena.core.seeds import MatchSeeds
from arena.store import open_log
from arena.words.lists import load_list

SLOW = {"changes": {"turn_ms": 600_000}, "preset": "spag", "rated": False}
HEARD = "a thing that most kitchens have nearby"
ANSWERED = "you may well mean something to cook with"


@dataclass
class Stage:
    """The matches, and who may not know what of them."""

    served: Served
    cast: Cast
    matches: dict[str, str]
    targets: dict[str, str]
    secrets: list[Needle]
    of_attacker: list[Needle]
    of_defender: list[Needle]
    attacking: Line
    defending: Line

    def hidden_from(self, visitor: str) -> list[Needle]:
        """What somebody may not learn: the defender knows who defends, and with which seed."""
        mine = visitor.startswith("defender")
        return [*self.secrets, *self.of_attacker, *([] if mine else self.of_defender)]


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    words = {language: list(islice(_words(language), 12)) for language in Language}
    settings = {"heartbeat_seconds": 600, "grace_seconds": 900, "log_level": "debug", "message_rate": 5000}
    with ExitStack() as stack:
        served = stack.enter_context(Served(folder, **settings))
        cast = assemble(served, words)
        for visitor in cast.everybody:
            stack.callback(visitor.client.close)
        matches = {"public": _by_seat(cast, is_private=False), "private": _by_seat(cast, is_private=True)}
        for match in matches.values():
            _talk(cast, match)
        attacking = stack.enter_context(line(served.port, cast.quill_token.token))
        defending = stack.enter_context(line(served.port, cast.dora_token.token))
        matches["programs"] = _by_queue(attacking, defending)
        yield _stage(served, cast, matches, attacking, defending)


def _words(language: Language) -> Iterator[str]:
    return distinctive(load_list(f"{language}-easy").words)


def _by_seat(cast: Cast, *, is_private: bool) -> str:
    """The defender opens a seat, and the attacker takes it."""
    seat = cast.dora.post("/lobby/seats", role="defender", terms=SLOW, is_private=is_private)
    return cast.quill.post(f"/lobby/seats/{seat['code']}/take")["match"]


def _talk(cast: Cast, match: str) -> None:
    """One turn and a half: the defender is to move."""
    for number, (who, text) in enumerate([(cast.quill, HEARD), (cast.dora, ANSWERED), (cast.quill, HEARD)]):
        answer = who.client.post(
            f"/api/v1/matches/{match}/actions",
            json={"turn": number // 2 + 1, "text": text},
            headers={"Idempotency-Key": f"talk-{number}"},
        )
        assert answer.json()["status"] == "accepted", answer.text


def _by_queue(attacking: Line, defending: Line) -> str:
    """The programs find each other; one action each, and the attacker is to move."""
    wish = {"preset": "spag", "language": "zh", "with_people": False}
    for it, name, role in (
        (attacking, players.ATTACKERS_AGENT, "attacker"),
        (defending, players.DEFENDERS_AGENT, "defender"),
    ):
        as_agent(it, name)
        it.send("queue.join", {**wish, "role": role})
    for it in (attacking, defending):
        it.send("match.accept", {"offer": it.until("match.offer")["data"]["offer"]})
    match = attacking.until("match.start")["match"]
    for it, text in (
        (attacking, "\u4f60\u597d\uff0c\u4f60\u60f3\u5230\u4e86\u4ec0\u4e48"),
        (defending, "\u6211\u4e0d\u77e5\u9053"),
    ):
        it.until("turn.request")
        it.send("turn.action", {"text": text}, match=match, turn=1)
        assert it.until("turn.ack")["data"]["status"] == "accepted"
    attacking.until("turn.request", turn=2)
    return match


def _stage(served: Served, cast: Cast, matches: dict[str, str], attacking: Line, defending: Line) -> Stage:
    secrets: dict[str, str] = kept_secrets(served.database)
    of_defender: dict[str, str] = {}
    targets: dict[str, str] = {}
    with open_log(served.database) as log:
        events: list[Any] = list(log.iter_events(matches.values()))
    for name, (first, *_) in zip(matches, events, strict=True):
        assert isinstance(first.body, Started)
        seeds = MatchSeeds.of(first.body.master)
        targets[name] = first.body.target
        secrets |= {
            f"{name} target": first.body.target,
            f"{name} master": first.body.master,
            f"{name} word seed": str(seeds.word),
            f"{name} attacker's seed": str(seeds.attacker),
        }
        of_defender |= {f"{name} defender's seed": str(seeds.defender)}
    attacker, defender = cast.accounts["attacker"], cast.accounts["defender"]
    of_attacker = {
        "attacker's name": attacker.name,
        "attacker's id": attacker.id,
        "attacker's agent": players.ATTACKERS_AGENT,
        "attacker's token": cast.quill_token.token,
        "attacker's session": cast.quill.cookie,
        "attacker's csrf": cast.quill.csrf,
    }
    of_defender |= {
        "defender's name": defender.name,
        "defender's id": defender.id,
        "defender's agent": players.DEFENDERS_AGENT,
        "defender's token": cast.dora_token.token,
        "defender's session": cast.dora.cookie,
        "defender's csrf": cast.dora.csrf,
    }
    lines = (attacking, defending)
    return Stage(served, cast, matches, targets, *map(needles_of, (secrets, of_attacker, of_defender)), *lines)

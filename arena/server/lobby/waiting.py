"""The waiting room: every wish for a match, who it is of, and what became of it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from arena.core.verdict import Role
from arena.server.errors import ConflictError, FullError
from arena.server.lobby.queue import Wish
from arena.server.lobby.terms import Terms
from arena.server.lobby.workers import Worker

MAX_WISHES = 5_000
LAPSE_SECONDS = 120.0
"""A person who has not asked for so long what became of their wish is not waiting any more."""


@dataclass(frozen=True, slots=True)
class Seeking:
    """A person's place in the queue. `match` is set once it is found; `problem` once there will be none."""

    since: str
    role: Role | None
    terms: Terms
    match: str | None = None
    problem: str | None = None


@dataclass(slots=True)
class Place:
    """A wish that waits, or is in hand: a partner was found, and is being asked. `said_id` is a program's own name."""

    wish: Wish
    worker: Worker | None = None
    said_id: str | None = None
    is_in_hand: bool = False


@dataclass(slots=True)
class _Person:
    seeking: Seeking
    place: str | None
    asked_at: float
    is_told: bool = False


class WaitingRoom:
    """Every wish, by its id. `read_now` is in seconds, by a clock that never jumps."""

    def __init__(self, read_now: Callable[[], float]) -> None:
        self._read_now = read_now
        self._places: dict[str, Place] = {}
        self._people: dict[str, _Person] = {}

    def __len__(self) -> int:
        return sum(not place.is_in_hand for place in self._places.values())

    def __contains__(self, wish: str) -> bool:
        return wish in self._places

    def __iter__(self) -> Iterator[Place]:
        return iter(list(self._places.values()))

    # --- people ---

    def seek(self, account: str, wish: Wish, seeking: Seeking) -> None:
        """Let a person wait, in the place of what they sought before. Raises FullError."""
        self.leave(account)
        self._add(Place(wish))
        self._people[account] = _Person(seeking, wish.id, self._read_now())

    def leave(self, account: str) -> None:
        """A person waits no more."""
        person = self._people.pop(account, None)
        if person is not None and person.place is not None:
            self._places.pop(person.place, None)

    def seeking(self, account: str, is_live: Callable[[str], bool]) -> Seeking | None:
        """What a person seeks, who is here since they ask. A match that they were told of is forgotten at its end."""
        person = self._people.get(account)
        if person is None:
            return None
        match = person.seeking.match
        if match is not None and person.is_told and not is_live(match):
            self.leave(account)
            return None
        person.asked_at, person.is_told = self._read_now(), match is not None
        return person.seeking

    def _person_of(self, wish: Wish) -> _Person | None:
        person = None if wish.player.account is None else self._people.get(wish.player.account)
        return person if person is not None and person.place == wish.id else None

    # --- programs ---

    def seek_worker(self, worker: Worker, said_id: str, wish: Wish) -> None:
        """Let a program wait. The same `said_id` again changes nothing. Raises ConflictError or FullError."""
        theirs = [place for place in self._places.values() if place.worker is worker]
        if any(place.said_id == said_id for place in theirs):
            return
        waiting = sum(not place.is_in_hand for place in theirs)
        if waiting >= worker.free:
            raise ConflictError(f"this connection has {worker.free} free seats and looks for {waiting} matches already")
        self._add(Place(wish, worker, said_id))

    def leave_worker(self, worker: Worker) -> None:
        """A program waits no more."""
        for id_ in [id_ for id_, place in self._places.items() if place.worker is worker]:
            del self._places[id_]

    def promised(self) -> Counter[int]:
        """For how many seats of each worker, by its `id`, its own wishes wait."""
        return Counter(id(place.worker) for place in self if place.worker is not None and not place.is_in_hand)

    # --- both ---

    def _add(self, place: Place) -> None:
        if len(self._places) >= MAX_WISHES:
            raise FullError("waiting players", MAX_WISHES)
        self._places[place.wish.id] = place

    def waiting(self) -> list[Wish]:
        """The wishes that could be met now: of a program no more than it has free seats."""
        left: dict[int, int] = {}
        found = []
        for place in self._places.values():
            if place.is_in_hand:
                continue
            if place.worker is not None:
                room = left.setdefault(id(place.worker), place.worker.free)
                if room <= 0:
                    continue
                left[id(place.worker)] = room - 1
            found.append(place.wish)
        return found

    def take_in_hand(self, wishes: Collection[str]) -> bool:
        """Partners were found for these wishes; False, and nothing is done, where one of them waits no more."""
        places = [self._places.get(wish) for wish in wishes]
        if any(place is None or place.is_in_hand for place in places):
            return False
        for place in places:
            if place is not None:
                place.is_in_hand = True
        return True

    def give_back(self, wish: str, refused_by: str | None = None) -> None:
        """The partner did not want to, or could not: the wish waits on, ahead of all others."""
        place = self._places.get(wish)
        if place is not None:
            refused = place.wish.refused | ({refused_by} if refused_by is not None else set())
            place.wish = replace(place.wish, refused=refused, is_first=True)
            place.is_in_hand = False

    def met(self, wish: Wish, match: str) -> None:
        """A wish came true."""
        self._places.pop(wish.id, None)
        person = self._person_of(wish)
        if person is not None:
            person.seeking, person.place = replace(person.seeking, match=match), None

    def drop(self, wish: Wish, problem: str) -> None:
        """A wish will not come true; a person is told why."""
        self._places.pop(wish.id, None)
        person = self._person_of(wish)
        if person is not None:
            person.seeking, person.place = replace(person.seeking, problem=problem), None

    def tidy(self) -> None:
        """Forget the people who do not ask any more."""
        oldest = self._read_now() - LAPSE_SECONDS
        for account in [account for account, person in self._people.items() if person.asked_at < oldest]:
            self.leave(account)

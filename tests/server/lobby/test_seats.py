"""Open seats and private links."""

import asyncio

import pytest
from server.lobby.lobbies import ATTACKER, DEFENDER, SPAG, a_place

from arena.server.errors import ConflictError, DrainingError, InputError, NotFoundError
from arena.server.lobby.seats import MAX_SEATS, SEAT_SECONDS, SEATS_PER_ACCOUNT, Board
from arena.server.players import Kind


def play(path, season, **settings):
    async def run():
        async with a_place(str(path / "log.db"), **settings) as place:
            names = ("alice", "bob", "eve")
            await season(place, *[await place.guest(name) for name in names])

    asyncio.run(run())


def test_an_open_seat_is_taken_and_both_sit_in_their_roles(tmp_path):
    async def season(place, alice, bob, eve):
        seat = await place.lobby.post(alice, ATTACKER, SPAG, is_private=False)
        live = await place.lobby.take(bob, seat.code)
        assert live.role_of(alice.id) is ATTACKER
        assert live.role_of(bob.id) is DEFENDER
        assert live.opening.seats[ATTACKER].name == "@alice"
        assert live.opening.seats[DEFENDER].kind is Kind.PERSON
        assert (live.opening.rated, live.opening.is_private, live.opening.preset) == (True, False, "spag")
        assert place.lobby.seats(None) == []
        assert place.lobby.seat(alice, seat.code).match == live.id
        for other in (bob, eve, None):
            with pytest.raises(NotFoundError):
                place.lobby.seat(other, seat.code)

    play(tmp_path, season)


def test_a_public_seat_is_listed_without_the_name_of_its_owner(tmp_path):
    async def season(place, alice, bob, eve):
        seat = await place.lobby.post(alice, None, SPAG, is_private=False)
        assert (seat.by, seat.is_own) == ("@alice", True)
        for other in (bob, None):
            (listed,) = place.lobby.seats(other)
            assert (listed.code, listed.by, listed.is_own) == (seat.code, None, False)

    play(tmp_path, season)


def test_a_private_seat_is_listed_for_its_owner_alone_and_opens_to_its_link(tmp_path):
    async def season(place, alice, bob, eve):
        seat = await place.lobby.post(alice, None, SPAG, is_private=True)
        assert place.lobby.seats(bob) == place.lobby.seats(None) == []
        assert [it.code for it in place.lobby.seats(alice)] == [seat.code]
        assert place.lobby.seat(None, seat.code).by == "@alice"
        live = await place.lobby.take(bob, seat.code)
        assert live.opening.is_private

    play(tmp_path, season)


def test_a_seat_for_one_person_does_not_exist_for_another(tmp_path):
    async def season(place, alice, bob, eve):
        seat = await place.lobby.challenge(alice, "@bob", DEFENDER, SPAG)
        assert seat.reserved_for == "@bob"
        assert [it.by for it in place.lobby.seats(bob)] == ["@alice"]
        assert place.lobby.seats(eve) == place.lobby.seats(None) == []
        for stranger in (eve, None):
            with pytest.raises(NotFoundError):
                place.lobby.seat(stranger, seat.code)
        with pytest.raises(NotFoundError):
            await place.lobby.take(eve, seat.code)
        live = await place.lobby.take(bob, seat.code)
        assert live.role_of(bob.id) is ATTACKER

    play(tmp_path, season)


def test_a_person_who_is_not_here_cannot_be_challenged(tmp_path):
    async def season(place, alice, bob, eve):
        for name in ("@nobody", "@"):
            with pytest.raises(NotFoundError):
                await place.lobby.challenge(alice, name, None, SPAG)
        with pytest.raises(InputError):
            await place.lobby.challenge(alice, "@alice", None, SPAG)
        await place.people.ban(bob.id, True)
        with pytest.raises(NotFoundError):
            await place.lobby.challenge(alice, "@bob", None, SPAG)

    play(tmp_path, season)


def test_nobody_sits_down_opposite_of_themselves(tmp_path):
    async def season(place, alice, bob, eve):
        seat = await place.lobby.post(alice, None, SPAG, is_private=False)
        with pytest.raises(ConflictError):
            await place.lobby.take(alice, seat.code)
        assert [it.code for it in place.lobby.seats(bob)] == [seat.code]

    play(tmp_path, season)


def test_of_two_who_take_a_seat_at_once_one_gets_it(tmp_path):
    async def season(place, alice, bob, eve):
        seat = await place.lobby.post(alice, None, SPAG, is_private=False)
        several = (place.lobby.take(who, seat.code) for who in (bob, eve))
        found = await asyncio.gather(*several, return_exceptions=True)
        assert sorted(type(it).__name__ for it in found) == ["LiveMatch", "NotFoundError"]
        assert len(place.hall.live) == 1

    play(tmp_path, season)


def test_an_account_has_a_bounded_number_of_seats(tmp_path):
    async def season(place, alice, bob, eve):
        seats = [await place.lobby.post(alice, None, SPAG, is_private=False) for _ in range(SEATS_PER_ACCOUNT)]
        assert len({seat.code for seat in seats}) == SEATS_PER_ACCOUNT
        with pytest.raises(ConflictError, match="withdraw"):
            await place.lobby.post(alice, None, SPAG, is_private=True)
        place.lobby.withdraw(alice, seats[0].code)
        await place.lobby.post(alice, None, SPAG, is_private=True)
        await place.lobby.post(bob, None, SPAG, is_private=True)

    play(tmp_path, season)


def test_only_the_owner_withdraws_a_seat(tmp_path):
    async def season(place, alice, bob, eve):
        seat = await place.lobby.post(alice, None, SPAG, is_private=False)
        with pytest.raises(NotFoundError):
            place.lobby.withdraw(bob, seat.code)
        place.lobby.withdraw(alice, seat.code)
        with pytest.raises(NotFoundError):
            await place.lobby.take(bob, seat.code)
        with pytest.raises(NotFoundError):
            place.lobby.withdraw(alice, seat.code)

    play(tmp_path, season)


def test_a_seat_closes_when_its_time_is_over(tmp_path):
    async def season(place, alice, bob, eve):
        seat = await place.lobby.post(alice, None, SPAG, is_private=False)
        place.clock.now += SEAT_SECONDS - 1
        assert len(place.lobby.seats(bob)) == 1
        place.clock.now += 1
        assert place.lobby.seats(bob) == []
        with pytest.raises(NotFoundError):
            await place.lobby.take(bob, seat.code)

    play(tmp_path, season)


def test_a_match_that_cannot_be_opened_leaves_the_seat_as_it_was(tmp_path):
    async def season(place, alice, bob, eve):
        seat = await place.lobby.post(alice, None, SPAG, is_private=False)
        place.hall.is_draining = True
        for refused in (
            place.lobby.take(bob, seat.code),
            place.lobby.post(bob, None, SPAG, is_private=False),
            place.lobby.challenge(bob, "honest", None, SPAG),
            place.lobby.seek(bob, None, SPAG, with_agents=True, with_people=True),
        ):
            with pytest.raises(DrainingError):
                await refused
        place.hall.is_draining = False
        assert [it.code for it in place.lobby.seats(bob)] == [seat.code]

    play(tmp_path, season)


def test_the_seat_of_somebody_who_was_shut_out_leads_nowhere(tmp_path):
    async def season(place, alice, bob, eve):
        seat = await place.lobby.post(alice, None, SPAG, is_private=False)
        await place.people.ban(alice.id, True)
        with pytest.raises(ConflictError):
            await place.lobby.take(bob, seat.code)
        assert dict(place.hall.live) == {}

    play(tmp_path, season)


def test_a_code_cannot_be_guessed(tmp_path):
    """22 characters of 64 kinds are 128 bits and more, and no two are alike."""

    async def season(place, alice, bob, eve):
        codes = {(await post_and_withdraw(place, alice)) for _ in range(200)}
        assert len(codes) == 200
        assert all(len(code) == 22 for code in codes)

    async def post_and_withdraw(place, alice):
        seat = await place.lobby.post(alice, None, SPAG, is_private=True)
        place.lobby.withdraw(alice, seat.code)
        return seat.code

    play(tmp_path, season)


def test_the_board_is_bounded_and_forgets_what_was_taken_first(tmp_path):
    async def season(place, alice, bob, eve):
        board = Board(place.clock)
        first = board.post(alice, None, SPAG, is_private=False)
        for number in range(MAX_SEATS + 1):
            posted = board.lift(bob, board.post(alice, None, SPAG, is_private=False).seat.code)
            board.taken(posted, f"match {number}")
        assert len(board._taken) == MAX_SEATS
        assert [it.code for it in board.listed(None)] == [first.seat.code]

    play(tmp_path, season)

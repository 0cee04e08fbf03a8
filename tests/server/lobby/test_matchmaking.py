"""The queue at work: wishes, offers, and what becomes of them."""

import asyncio

import pytest
from server.lobby.lobbies import ATTACKER, DEFENDER, SPAG, Program, a_place

from arena.core.errors import RulesError, UnknownNameError
from arena.core.hits import Language
from arena.core.verdict import Role
from arena.server.errors import ConflictError, DrainingError, InputError, NotFoundError
from arena.server.lobby import Terms
from arena.server.lobby.making import LIVE_PER_PERSON
from arena.server.lobby.waiting import LAPSE_SECONDS
from arena.server.players import Kind

UNRATED = Terms(preset="spag", rated=False)


def play(path, season, **settings):
    async def run():
        async with a_place(str(path / "log.db"), **settings) as place:
            names = ("alice", "bob", "carol")
            await season(place, *[await place.guest(name) for name in names])

    asyncio.run(run())


async def seek(place, account, role=None, terms=SPAG, agents=True, people=True):
    return await place.lobby.seek(account, role, terms, with_agents=agents, with_people=people)


async def wish(place, worker, id_="w1", role=None, terms=SPAG, agents=True, people=True):
    await place.lobby.seek_worker(worker, id_, role, terms, agents, people)


# --- people ---


def test_two_people_who_wait_are_brought_together(tmp_path):
    async def season(place, alice, bob, carol):
        first = await seek(place, alice, ATTACKER)
        assert (first.match, first.problem, first.role) == (None, None, ATTACKER)
        await seek(place, bob)
        assert place.lobby.waiting == 2
        await place.tick()
        live = place.hall.get(place.lobby.seeking(alice).match)
        assert place.lobby.seeking(bob).match == live.id
        assert (live.role_of(alice.id), live.role_of(bob.id)) == (ATTACKER, DEFENDER)
        assert live.opening.rated
        assert place.lobby.waiting == 0
        place.lobby.leave(alice)
        assert place.lobby.seeking(alice) is None

    play(tmp_path, season)


def test_a_person_has_one_place_in_the_queue(tmp_path):
    async def season(place, alice, bob, carol):
        await seek(place, alice, ATTACKER)
        await seek(place, alice, DEFENDER)
        await place.tick(3)
        assert place.lobby.waiting == 1
        assert place.lobby.seeking(alice).role is DEFENDER
        place.lobby.leave(alice)
        await seek(place, bob)
        await place.tick()
        assert place.lobby.seeking(bob).match is None

    play(tmp_path, season)


def test_a_person_who_is_alone_gets_one_of_the_hosts_own_agents_after_a_while(tmp_path):
    async def season(place, alice, bob, carol):
        await seek(place, alice, DEFENDER)
        await place.tick(7.9)
        assert place.lobby.seeking(alice).match is None
        await place.tick(0.1)
        live = place.hall.get(place.lobby.seeking(alice).match)
        assert live.opening.seats[ATTACKER].kind is Kind.BUILT_IN
        assert live.opening.seats[ATTACKER].name == "hiding"

    play(tmp_path, season, agents=("hiding", "honest"))


def test_a_person_who_wants_people_waits_for_them(tmp_path):
    async def season(place, alice, bob, carol):
        await seek(place, alice, agents=False)
        await place.tick(60)
        assert place.lobby.seeking(alice).match is None
        await seek(place, bob)
        await place.tick()
        assert place.lobby.seeking(alice).match == place.lobby.seeking(bob).match is not None

    play(tmp_path, season)


def test_a_person_who_does_not_ask_any_more_waits_no_more(tmp_path):
    async def season(place, alice, bob, carol):
        await seek(place, alice, agents=False)
        await place.tick(LAPSE_SECONDS - 1)
        assert place.lobby.seeking(alice) is not None
        await place.tick(LAPSE_SECONDS - 1)
        assert place.lobby.waiting == 1
        await place.tick(2)
        assert place.lobby.waiting == 0
        assert place.lobby.seeking(alice) is None

    play(tmp_path, season)


def test_who_wants_nobody_is_refused(tmp_path):
    async def season(place, alice, bob, carol):
        with pytest.raises(InputError):
            await seek(place, alice, agents=False, people=False)

    play(tmp_path, season)


def test_a_person_sits_in_a_bounded_number_of_matches(tmp_path):
    async def season(place, alice, bob, carol):
        several = [place.lobby.challenge(alice, "honest", ATTACKER, SPAG) for _ in range(LIVE_PER_PERSON + 3)]
        found = await asyncio.gather(*several, return_exceptions=True)
        assert len(place.hall.live) == LIVE_PER_PERSON
        assert sum(isinstance(it, ConflictError) for it in found) == 3
        await place.lobby.challenge(bob, "honest", ATTACKER, SPAG)

    play(tmp_path, season)


def test_a_match_that_was_found_is_told_until_it_is_over_and_once_at_least(tmp_path):
    async def season(place, alice, bob, carol):
        await seek(place, alice)
        await seek(place, bob)
        await place.tick()
        match = place.lobby.seeking(alice).match
        assert place.lobby.seeking(alice).match == match
        await place.finish(place.hall.get(match))
        assert place.lobby.seeking(alice) is None
        assert place.lobby.seeking(bob).match == match
        assert place.lobby.seeking(bob) is None

    play(tmp_path, season)


def test_where_there_is_no_room_for_a_match_both_wait_on(tmp_path):
    async def season(place, alice, bob, carol):
        live = await place.lobby.challenge(carol, "honest", ATTACKER, SPAG)
        await seek(place, alice)
        await seek(place, bob)
        await place.tick()
        assert place.lobby.waiting == 2
        assert place.lobby.seeking(alice).match is None
        await place.finish(live)
        await place.tick()
        assert place.lobby.seeking(alice).match == place.lobby.seeking(bob).match is not None

    play(tmp_path, season, max_live=1)


def test_one_who_was_shut_out_loses_the_place_and_the_other_waits_on(tmp_path):
    async def season(place, alice, bob, carol):
        await seek(place, alice)
        await seek(place, bob)
        await place.people.ban(alice.id, True)
        await place.tick()
        assert place.lobby.seeking(alice).problem == "one of the two does not play here any more"
        assert place.lobby.waiting == 1
        await seek(place, carol)
        await place.tick()
        assert place.lobby.seeking(bob).match == place.lobby.seeking(carol).match is not None

    play(tmp_path, season)


# --- programs ---


def test_two_programs_that_wait_are_offered_seats_and_play(tmp_path):
    async def season(place, alice, bob, carol):
        one, other = Program(alice), Program(bob, "owl")
        for worker in (one, other):
            place.lobby.arrive(worker)
            await wish(place, worker, role=ATTACKER if worker is one else DEFENDER)
        await place.tick()
        ((live, role, offer),) = one.seated
        assert role is ATTACKER
        assert offer == one.offers[0].id
        assert one.offers[0].role is ATTACKER
        assert one.offers[0].rules == live.opening.rules
        assert (one.offers[0].rated, one.offers[0].expires_ms) == (True, 10_000)
        assert other.seated == [(live, DEFENDER, other.offers[0].id)]
        assert place.lobby.waiting == 0
        assert one.released == other.released == []

    play(tmp_path, season)


def test_where_one_declines_the_other_is_released_and_waits_ahead_of_all_others(tmp_path):
    async def season(place, alice, bob, carol):
        shy, keen, late = Program(alice, answer=False), Program(bob, "owl"), Program(carol, "fox")
        for worker in (shy, keen):
            place.lobby.arrive(worker)
            await wish(place, worker)
        await place.tick()
        assert dict(place.hall.live) == {}
        assert keen.released == [keen.offers[0].id]
        assert keen.free == 4
        assert place.lobby.waiting == 1
        place.lobby.arrive(late)
        await wish(place, late)
        await place.tick()
        assert keen.seated[0][0] is late.seated[0][0]
        assert shy.seated == []

    play(tmp_path, season)


def test_a_program_that_goes_between_its_answer_and_the_start_leaves_the_other_waiting(tmp_path):
    async def season(place, alice, bob, carol):
        fickle, slow = Program(alice), Program(bob, "owl", answer=None)
        for worker in (fickle, slow):
            place.lobby.arrive(worker)
            await wish(place, worker)
        await place.lobby.tick()
        await slow.asked.wait()
        place.lobby.depart(fickle)
        slow.answer_now(True)
        await place.lobby.settled()
        assert dict(place.hall.live) == {}
        assert slow.released == [slow.offers[0].id]
        assert place.lobby.waiting == 1

    play(tmp_path, season)


def test_a_person_who_leaves_while_a_program_thinks_gets_no_match(tmp_path):
    async def season(place, alice, bob, carol):
        slow = Program(bob, answer=None)
        place.lobby.arrive(slow)
        await seek(place, alice)
        place.clock.now += 6
        await place.lobby.tick()
        await slow.asked.wait()
        place.lobby.leave(alice)
        slow.answer_now(True)
        await place.lobby.settled()
        assert dict(place.hall.live) == {}
        assert slow.released == [slow.offers[0].id]

    play(tmp_path, season)


def test_a_program_that_declines_a_person_is_not_asked_by_them_again(tmp_path):
    async def season(place, alice, bob, carol):
        shy, keen = Program(bob, answer=False), Program(carol, "owl")
        place.lobby.arrive(shy)
        await seek(place, alice)
        await place.tick(6)
        await place.tick(1)
        assert len(shy.offers) == 1
        assert place.lobby.seeking(alice).match is None
        place.lobby.arrive(keen)
        await place.tick()
        live = place.hall.get(place.lobby.seeking(alice).match)
        assert live is keen.seated[0][0]

    play(tmp_path, season)


def test_a_program_that_is_not_open_is_not_asked_unless_it_looks_for_a_match(tmp_path):
    async def season(place, alice, bob, carol):
        closed = Program(bob)
        closed.is_open = False
        place.lobby.arrive(closed)
        await seek(place, alice)
        await place.tick(6)
        assert closed.offers == []
        await wish(place, closed)
        await place.tick()
        assert len(closed.seated) == 1

    play(tmp_path, season)


def test_programs_of_one_account_never_meet_in_a_rated_match(tmp_path):
    async def season(place, alice, bob, carol):
        one, other = Program(alice), Program(alice, "owl")
        for worker in (one, other):
            place.lobby.arrive(worker)
            await wish(place, worker)
        await seek(place, alice)
        await place.tick(7)
        assert dict(place.hall.live) == {}
        for worker in (one, other):
            place.lobby.leave_worker(worker)
            await wish(place, worker, "again", terms=UNRATED)
        await place.tick()
        ((live, _, _),) = one.seated
        assert not live.opening.rated

    play(tmp_path, season, agents=())


def test_a_program_waits_for_no_more_matches_than_it_has_seats(tmp_path):
    async def season(place, alice, bob, carol):
        worker = Program(alice, seats=2)
        place.lobby.arrive(worker)
        await wish(place, worker, "1")
        await wish(place, worker, "1")
        assert place.lobby.waiting == 1
        await wish(place, worker, "2")
        with pytest.raises(ConflictError, match="2 free seats"):
            await wish(place, worker, "3")
        place.lobby.leave_worker(worker)
        assert place.lobby.waiting == 0

    play(tmp_path, season)


def test_seats_that_a_programs_own_wishes_wait_for_are_promised_to_nobody(tmp_path):
    async def season(place, alice, bob, carol):
        worker = Program(bob, seats=1)
        place.lobby.arrive(worker)
        await wish(place, worker, terms=UNRATED)
        await seek(place, alice)
        await place.tick(6)
        assert worker.offers == []

    play(tmp_path, season, agents=())


def test_a_program_seeks_only_what_it_declared(tmp_path):
    async def season(place, alice, bob, carol):
        worker = Program(bob)
        with pytest.raises(ConflictError):
            await wish(place, worker)
        worker.roles, worker.languages = frozenset({ATTACKER}), frozenset({Language.ENGLISH})
        place.lobby.arrive(worker)
        with pytest.raises(InputError, match="role"):
            await wish(place, worker, role=DEFENDER)
        with pytest.raises(InputError, match="language"):
            await wish(place, worker, terms=Terms(Language.CHINESE))
        await wish(place, worker)
        await seek(place, alice, ATTACKER)
        await place.tick(100)
        assert dict(place.hall.live) == {}

    play(tmp_path, season, agents=())


def test_who_departs_waits_no_more_and_may_depart_twice(tmp_path):
    async def season(place, alice, bob, carol):
        worker = Program(bob)
        place.lobby.depart(worker)
        place.lobby.arrive(worker)
        await wish(place, worker)
        place.lobby.depart(worker)
        place.lobby.depart(worker)
        assert place.lobby.waiting == 0
        assert [row.name for row in place.lobby.agents()] == ["honest"]

    play(tmp_path, season, agents=("honest",))


# --- challenges ---


def test_a_challenged_program_is_offered_the_seat_and_sits_down(tmp_path):
    async def season(place, alice, bob, carol):
        worker = Program(bob)
        place.lobby.arrive(worker)
        live = await place.lobby.challenge(alice, "bob/parrot", DEFENDER, SPAG, is_private=True)
        assert worker.seated == [(live, ATTACKER, worker.offers[0].id)]
        assert live.opening.is_private
        assert live.opening.seats[ATTACKER].name == "bob/parrot"
        assert live.opening.seats[ATTACKER].version == "2"

    play(tmp_path, season)


def test_a_challenge_that_is_declined_opens_no_match(tmp_path):
    async def season(place, alice, bob, carol):
        worker = Program(bob, answer=False)
        place.lobby.arrive(worker)
        with pytest.raises(ConflictError, match="did not take the seat"):
            await place.lobby.challenge(alice, "bob/parrot", None, SPAG)
        assert dict(place.hall.live) == {}
        seen = await place.log.look(lambda it: it.exec_driver_sql("select count(*) from seen").scalar())
        assert seen == 0

    play(tmp_path, season)


def test_ones_own_program_may_be_challenged_and_the_match_is_not_rated(tmp_path):
    async def season(place, alice, bob, carol):
        worker = Program(bob)
        worker.is_open = False
        place.lobby.arrive(worker)
        live = await place.lobby.challenge(bob, "bob/parrot", ATTACKER, SPAG)
        assert not live.opening.rated
        assert not worker.offers[0].rated

    play(tmp_path, season)


def test_the_connection_with_most_room_is_asked(tmp_path):
    async def season(place, alice, bob, carol):
        small, large = Program(bob, seats=1), Program(bob, seats=9)
        place.lobby.arrive(small)
        place.lobby.arrive(large)
        await place.lobby.challenge(alice, "bob/parrot", ATTACKER, SPAG)
        assert (len(small.seated), len(large.seated)) == (0, 1)

    play(tmp_path, season)


@pytest.mark.parametrize(
    ("opponent", "role", "terms", "error"),
    [
        ("nobody", None, SPAG, UnknownNameError),
        ("bob/nothing", None, SPAG, NotFoundError),
        ("bob/parrot", DEFENDER, SPAG, InputError),
        ("bob/parrot", ATTACKER, Terms(Language.CHINESE), InputError),
        ("bob/closed", ATTACKER, SPAG, NotFoundError),
        ("bob/busy", ATTACKER, SPAG, ConflictError),
        ("direct", DEFENDER, Terms(changes={"max_turns": 99}), RulesError),
        ("direct", ATTACKER, SPAG, InputError),
    ],
)
def test_a_challenge_that_cannot_be_is_refused(tmp_path, opponent, role, terms, error):
    async def season(place, alice, bob, carol):
        parrot, closed, busy = Program(bob), Program(bob, "closed"), Program(bob, "busy", seats=0)
        parrot.roles, parrot.languages = frozenset({DEFENDER}), frozenset({Language.ENGLISH})
        closed.is_open = False
        for worker in (parrot, closed, busy):
            place.lobby.arrive(worker)
        with pytest.raises(error):
            await place.lobby.challenge(alice, opponent, role, terms)
        assert dict(place.hall.live) == {}

    play(tmp_path, season)


# --- the directory ---


def test_the_directory_has_the_hosts_own_agents_and_open_programs_each_once(tmp_path):
    async def season(place, alice, bob, carol):
        one, two, closed = Program(bob, seats=3), Program(bob, seats=4), Program(bob, "closed")
        one.roles, two.roles, closed.is_open = frozenset({ATTACKER}), frozenset({DEFENDER}), False
        for worker in (one, two, closed):
            place.lobby.arrive(worker)
        hiding, parrot = place.lobby.agents()
        assert (hiding.name, hiding.kind, hiding.roles) == ("hiding", Kind.BUILT_IN, frozenset({ATTACKER}))
        assert (parrot.name, parrot.kind, parrot.version) == ("bob/parrot", Kind.AGENT, "2")
        assert (parrot.roles, parrot.free, parrot.is_online) == (frozenset(Role), 7, True)
        assert parrot.summary == "repeats what it hears"
        assert parrot.ratings[DEFENDER].matches == 0

    play(tmp_path, season, agents=("hiding",))


# --- before a restart ---


def test_who_waits_is_told_that_the_server_is_about_to_restart(tmp_path):
    async def season(place, alice, bob, carol):
        worker = Program(bob)
        place.lobby.arrive(worker)
        await wish(place, worker, terms=UNRATED)
        await seek(place, alice)
        await place.hall.drain()
        await place.tick()
        assert "restart" in place.lobby.seeking(alice).problem
        assert place.lobby.waiting == 0
        with pytest.raises(DrainingError):
            await wish(place, worker, "again")

    play(tmp_path, season)


def test_a_pairing_under_way_when_the_server_drains_opens_no_match(tmp_path):
    async def season(place, alice, bob, carol):
        slow = Program(bob, answer=None)
        place.lobby.arrive(slow)
        await seek(place, alice)
        place.clock.now += 6
        await place.lobby.tick()
        await slow.asked.wait()
        place.hall.is_draining = True
        slow.answer_now(True)
        await place.lobby.settled()
        assert dict(place.hall.live) == {}
        assert slow.released == [slow.offers[0].id]
        assert "restart" in place.lobby.seeking(alice).problem

    play(tmp_path, season)


def test_a_lobby_that_stops_gives_up_the_offers_under_way(tmp_path):
    async def life():
        async with a_place(str(tmp_path / "log.db")) as place:
            alice, bob = await place.guest("alice"), await place.guest("bob")
            slow = Program(bob, answer=None)
            place.lobby.arrive(slow)
            await seek(place, alice)
            place.clock.now += 6
            await place.lobby.tick()
            await slow.asked.wait()
        return slow

    assert asyncio.run(life()).seated == []


def test_the_queue_works_by_itself_every_second(tmp_path):
    async def season(place, alice, bob, carol):
        worker = Program(bob)
        place.lobby.arrive(worker)
        await wish(place, worker)
        place.clock.now += 8
        async with asyncio.timeout(10):
            await worker.asked.wait()

    play(tmp_path, season)

"""Tickets: once, soon, and not without end."""

import pytest

from arena.server.errors import FullError
from arena.server.people.tickets import Tickets


def test_a_ticket_is_good_once(clock):
    tickets = Tickets()
    ticket = tickets.issue("a", clock())
    assert tickets.redeem(ticket, clock()) == "a"
    assert tickets.redeem(ticket, clock()) is None
    assert tickets.redeem("\ud800 none of ours", clock()) is None


@pytest.mark.parametrize(("seconds", "owner"), [(29, "a"), (30, None), (-1, None)])
def test_a_ticket_is_good_for_thirty_seconds(clock, seconds, owner):
    tickets = Tickets()
    ticket = tickets.issue("a", clock())
    clock.turn(seconds=seconds)
    assert tickets.redeem(ticket, clock()) == owner


def test_of_one_accounts_tickets_the_oldest_give_way(clock):
    tickets = Tickets(most_of_one=2)
    first, second, third = (tickets.issue("a", clock()) for _ in range(3))
    assert tickets.redeem(first, clock()) is None
    assert tickets.redeem(second, clock()) == "a"
    assert tickets.redeem(third, clock()) == "a"


def test_all_together_are_bounded_and_old_ones_make_room(clock):
    tickets = Tickets(most=3)
    for account in "abc":
        tickets.issue(account, clock())
    with pytest.raises(FullError):
        tickets.issue("d", clock())
    clock.turn(seconds=31)
    assert tickets.redeem(tickets.issue("d", clock()), clock()) == "d"
    assert len(tickets) == 0


def test_what_is_forgotten_opens_nothing(clock):
    tickets = Tickets()
    mine, other = tickets.issue("a", clock()), tickets.issue("b", clock())
    tickets.forget("a")
    tickets.forget("nobody")
    assert tickets.redeem(mine, clock()) is None
    assert tickets.redeem(other, clock()) == "b"

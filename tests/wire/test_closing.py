from arena.wire.closing import CLOSES, Close
from arena.wire.comeback import meaning_of


def test_every_code_has_a_meaning_and_a_remedy():
    assert set(CLOSES) == set(Close)
    assert all(it.reason and it.remedy for it in CLOSES.values())
    assert len({it.reason for it in CLOSES.values()}) == len(CLOSES)


def test_a_reason_is_short_enough_for_a_close_frame():
    assert all(len(it.reason.encode()) <= 123 for it in CLOSES.values())


def test_whoever_was_replaced_or_shut_out_stays_away():
    away = {Close.REPLACED, Close.UNAUTHORIZED, Close.FORBIDDEN, Close.BANNED, Close.OUT_OF_ORDER}
    assert not any(meaning_of(int(code)).comes_back for code in away)


def test_whoever_lost_a_restarting_server_comes_back():
    assert all(meaning_of(code).comes_back for code in (None, 1006, 1012, int(Close.SILENT), int(Close.TOO_SLOW)))

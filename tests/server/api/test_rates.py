"""How often anybody may ask, over HTTP."""

from server.api.places import PASSWORD, a_place, member, nobody


def test_answers_say_what_is_left_and_a_refusal_says_when_to_come_back(tmp_path):
    with a_place(tmp_path, requests_per_minute=3) as place:
        answers = [nobody(place).get("/rules") for _ in range(4)]
        assert [it.status_code for it in answers] == [200, 200, 200, 429]
        assert [it.headers["ratelimit-remaining"] for it in answers[:3]] == ["2", "1", "0"]
        refused = answers[3]
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) == refused.json()["retry_after"] == 20
        assert place.ask("GET", "/api/v1/rules", peer="192.0.2.2").status_code == 200
        assert nobody(place).get("/healthz").status_code == 200


def test_accounts_behind_one_address_are_counted_apart(tmp_path):
    with a_place(tmp_path, requests_per_minute=3) as place:
        alice, bob = member(place, "alice"), member(place, "bob")
        assert [alice.get("/accounts/me").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert bob.get("/accounts/me").status_code == 200


def test_trying_tokens_is_bounded(tmp_path):
    with a_place(tmp_path, requests_per_minute=3) as place:
        tried = [
            nobody(place).get("/lobby", headers={"Authorization": f"Bearer taboo_{at:040}"}).status_code
            for at in range(5)
        ]
        assert tried == [401, 401, 401, 429, 429]


def test_trying_passwords_is_bounded(tmp_path):
    with a_place(tmp_path, login_attempts=2) as place:
        member(place, "alice")
        tried = [
            nobody(place).post("/sessions", {"name": "alice", "password": f"{PASSWORD} {at}"}).status_code
            for at in range(4)
        ]
        assert tried[:2] == [401, 401]
        assert 429 in tried[2:]


def test_forwarded_addresses_count_only_behind_our_proxy(tmp_path):
    with a_place(tmp_path, requests_per_minute=2) as place:
        seen = [
            place.ask("GET", "/api/v1/rules", headers={"X-Forwarded-For": f"198.51.100.{at}"}).status_code
            for at in range(3)
        ]
        assert seen == [200, 200, 429]

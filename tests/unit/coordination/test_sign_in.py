"""Signing in: right, wrong, throttled, closed, revoked, forged; PINs; one-time links."""

from __future__ import annotations

from datetime import timedelta

from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey
from werkzeug.test import Client

from common.caller import system
from common.events.catalogue.coordination import KeyPublished, SessionRevoked
from common.host import count_statements
from common.roles import Role
from common.testing.system import Api
from coordination.usecases.keys import rotate_keys
from tests.unit.coordination.support import API, Trial, everybody


def test_a_session_says_who_may_do_what_where_and_until_when(trial: Trial) -> None:
    answer = trial.try_in("MAIN-monitor ", trial.accounts["main-monitor"]["password"])
    assert answer.status_code == 201
    body = answer.get_json()
    assert set(body) == {"access_token", "expires_at"}
    keys = Client(trial.system.wsgi).get(f"{API}/jwks.json").get_json()["keys"]
    assert "d" not in keys[0]
    claims = jwt.decode(body["access_token"], OKPKey.import_key(keys[0]), algorithms=["Ed25519"]).claims
    assert claims["grants"] == {"main": ["monitor"]}
    assert claims["amr"] == ["password"]
    assert claims["exp"] - claims["iat"] == 12 * 3600
    assert claims["sub"].startswith("staff:")
    assert trial.api("main-coordinator").get(f"{API}/ledger", site="main", day="2021-03-01").status_code == 200
    assert trial.api("regional").get(f"{API}/sites").get_json()["items"][0]["code"] == "branch"


def test_a_wrong_password_and_an_unknown_login_get_the_same_words(trial: Trial) -> None:
    wrong, unknown = trial.try_in("main-monitor", "not the password"), trial.try_in("nobody-here", "whatever it is")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.get_json()["detail"] == unknown.get_json()["detail"]
    for body in ({"login": "x"}, {"login": 1, "password": []}, {"login": "a", "password": "b", "more": 1}):
        assert Client(trial.system.wsgi).post(f"{API}/sessions", json=body).status_code == 422


def test_two_hundred_attempts_are_throttled_with_a_time_to_wait(trial: Trial) -> None:
    answers = [trial.try_in("main-monitor", f"guess number {n}", "10.0.0.9") for n in range(200)]
    codes = [answer.status_code for answer in answers]
    assert codes[:10] == [401] * 10
    assert set(codes[10:]) == {429}
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 901
    right = trial.accounts["main-monitor"]["password"]
    assert trial.try_in("main-monitor", right).status_code == 429
    assert trial.try_in("main-monitor2", trial.accounts["main-monitor2"]["password"]).status_code == 201
    trial.system.clock.move(minutes=16)
    assert trial.try_in("main-monitor", right).status_code == 201


def test_an_address_that_guesses_at_many_logins_is_throttled_and_others_are_not(trial: Trial) -> None:
    codes = [trial.try_in(f"login-{n}", "guess", "10.0.0.8").status_code for n in range(120)]
    assert codes.count(401) == 100
    password = trial.accounts["main-admin"]["password"]
    assert trial.try_in("main-admin", password, "10.0.0.8").status_code == 429
    assert trial.try_in("main-admin", password, "10.0.0.7").status_code == 201


def test_a_good_sign_in_forgets_the_failures_before_it(trial: Trial) -> None:
    for _ in range(3):
        assert [trial.try_in("main-monitor", "wrong password").status_code for _ in range(9)] == [401] * 9
        trial.token("main-monitor")


def test_signing_out_ends_this_session_alone(trial: Trial) -> None:
    first, second = trial.api("main-admin"), trial.api("main-admin")
    assert first.request("DELETE", f"{API}/sessions/current").status_code == 204
    assert first.get(f"{API}/sites").status_code == 401
    assert second.get(f"{API}/sites").status_code == 200
    trial.system.settle()
    assert len(trial.system.events("coordination", SessionRevoked)) == 1


def test_a_closed_account_ends_at_once_and_may_be_opened_again(trial: Trial) -> None:
    guard, security = trial.api("main-monitor"), trial.api("main-security")
    accounts = security.get(f"{API}/accounts", site="main", limit=500).get_json()["items"]
    found = next(one for one in accounts if one["login"] == "main-monitor")
    path = f"{API}/accounts/{found['id']}"
    stale = security.request("PATCH", path, {"disabled": True}, {"If-Match": '"99"'})
    assert stale.status_code == 412
    assert security.request("PATCH", path, {"disabled": True}, {"If-Match": f'"{found["version"]}"'}).status_code == 200
    assert guard.get(f"{API}/sites").status_code == 401
    closed = trial.try_in("main-monitor", trial.accounts["main-monitor"]["password"])
    assert (closed.status_code, closed.get_json()["code"]) == (401, "sign_in.disabled")
    assert security.request("PATCH", path, {"disabled": False}).status_code == 200
    assert trial.api("main-monitor").get(f"{API}/sites").status_code == 200
    assert trial.api("branch-security").get(path).status_code == 404
    assert trial.api("branch-security").request("PATCH", path, {"disabled": True}).status_code == 404


def test_forged_tokens_are_not_believed(trial: Trial) -> None:
    good = trial.token("main-admin")
    keys = Client(trial.system.wsgi).get(f"{API}/jwks.json").get_json()["keys"]
    claims = dict(jwt.decode(good, OKPKey.import_key(keys[0]), algorithms=["Ed25519"]).claims)
    kid = keys[0]["kid"]
    other = OKPKey.generate_key("Ed25519", private=True)
    tokens = [
        good[:-6] + "AAAAAA",
        jwt.encode({"alg": "Ed25519", "kid": kid}, claims, other, algorithms=["Ed25519"]),
        jwt.encode({"alg": "HS256", "kid": kid}, claims, OctKey.import_key(keys[0]["x"] * 2)),
        "eyJhbGciOiJub25lIn0." + good.split(".")[1] + ".",
        "x" * 20_000,
    ]
    for token in tokens:
        assert Api(trial.system, token).get(f"{API}/sites").status_code == 401
    from coordination.usecases.keys import private_key, signing_key

    host = trial.system.hosts["coordination"]
    pair = host.run_system(lambda op: private_key(signing_key(op)), system("coordination"))
    elsewhere = jwt.encode({"alg": "Ed25519", "kid": kid}, {**claims, "aud": "another"}, pair, algorithms=["Ed25519"])
    assert Api(trial.system, elsewhere).get(f"{API}/sites").get_json()["code"] == "token.audience"


def test_rotated_keys_leave_sessions_alone_and_revoked_ones_end_them(trial: Trial) -> None:
    old, host = trial.api("main-admin"), trial.system.hosts["coordination"]
    host.run_system(rotate_keys, system("coordination"))
    new = trial.api("main-admin")
    assert old.get(f"{API}/sites").status_code == new.get(f"{API}/sites").status_code == 200
    assert len(Client(trial.system.wsgi).get(f"{API}/jwks.json").get_json()["keys"]) == 2
    security = trial.api("main-security")
    assert security.post(f"{API}/keys", {"revoke": True}).status_code == 201
    assert old.get(f"{API}/sites").status_code == 401
    assert security.get(f"{API}/sites").status_code == 401
    assert trial.api("main-admin").get(f"{API}/sites").status_code == 200
    trial.system.settle()
    published = trial.system.events("coordination", KeyPublished)
    assert [event.data["revoked"] for event in published].count(True) == 2


def test_a_key_near_its_end_is_replaced_by_itself(trial: Trial) -> None:
    trial.system.clock.move(days=340)
    trial.token("main-admin")
    assert len(Client(trial.system.wsgi).get(f"{API}/jwks.json").get_json()["keys"]) == 2


def test_a_password_is_set_through_a_link_that_works_once(trial: Trial) -> None:
    security = trial.api("main-security")
    people = security.get(f"{API}/accounts", site="main", limit=500).get_json()["items"]
    guard = next(one for one in people if one["login"] == "main-monitor")
    working = trial.api("main-monitor")
    link = security.post(f"{API}/accounts/{guard['id']}/password-link").get_json()["path"]
    second = security.post(f"{API}/accounts/{guard['id']}/password-link").get_json()["path"]
    browser = Client(trial.system.wsgi)
    assert browser.get(link).status_code == 404
    assert browser.get(second).status_code == 200
    for bad in ("short", "main-monitor", "xxxxxxxxxxxx"):
        assert browser.post(second, data={"password": bad, "again": bad}).status_code == 422
    assert browser.post(second, data={"password": "a good long word", "again": "another long word"}).status_code == 422
    done = browser.post(second, data={"password": "a good long word", "again": "a good long word"})
    assert done.status_code == 303
    assert browser.get(second).status_code == 404
    assert working.get(f"{API}/sites").status_code == 401
    assert trial.try_in("main-monitor", trial.accounts["main-monitor"]["password"]).status_code == 401
    fresh = trial.try_in("main-monitor", "a good long word").get_json()["access_token"]
    assert Api(trial.system, fresh).get(f"{API}/sites").status_code == 200
    assert security.post(f"{API}/accounts/{guard['id']}/password-link").status_code == 201
    assert trial.api("branch-security").post(f"{API}/accounts/{guard['id']}/password-link").status_code == 404


def test_a_link_grows_old(trial: Trial) -> None:
    security = trial.api("main-security")
    guard = security.get(f"{API}/accounts", site="main").get_json()["items"][0]
    link = security.post(f"{API}/accounts/{guard['id']}/password-link").get_json()["path"]
    trial.system.clock.move(hours=25)
    assert Client(trial.system.wsgi).get(link).status_code == 404


def people_of(trial: Trial, site: str = "main") -> dict[str, str]:
    api = trial.system.api(site, Role.SECURITY)
    items = api.get(f"{API}/accounts", site=site, limit=500).get_json()["items"]
    return {one["login"]: one["id"] for one in items}


def group_leader(trial: Trial) -> Api:
    groups = trial.system.api("main", Role.ADMIN).get(f"{API}/groups", site="main").get_json()["items"]
    monitoring = next(one for one in groups if one["code"] == "monitoring")
    leader = next(one for one in monitoring["members"] if one["position"] == "leader")
    return trial.system.api("main", Role.MONITOR, account=f"staff:{leader['person_id']}")


def test_a_pin_hands_a_desk_over_and_gives_the_role_monitor_alone(trial: Trial) -> None:
    logins = people_of(trial)
    reset = {"site": "main", "person_id": logins["main-monitor2"], "pin": "2580"}
    assert trial.api("main-monitor").post(f"{API}/pins", reset).status_code == 403
    assert group_leader(trial).post(f"{API}/pins", {**reset, "pin": "1234"}).get_json()["code"] == "pin.simple"
    assert group_leader(trial).post(f"{API}/pins", reset).status_code == 204
    desk = trial.api("main-monitor")
    take_over = {"site": "main", "who": "main-monitor2", "pin": "2580"}
    assert desk.post(f"{API}/sessions/pin", {**take_over, "pin": "9999"}).status_code == 401
    answer = desk.post(f"{API}/sessions/pin", take_over)
    assert answer.status_code == 201
    second = Api(trial.system, answer.get_json()["access_token"])
    site = second.get(f"{API}/sites").get_json()["items"]
    assert [one["code"] for one in site] == ["main"]
    assert second.get(f"{API}/people", site="main").status_code == 403
    third = second.post(f"{API}/sessions/pin", take_over)
    assert third.status_code == 201
    assert desk.request("DELETE", f"{API}/sessions/current").status_code == 204
    for token in (answer, third):
        assert Api(trial.system, token.get_json()["access_token"]).get(f"{API}/sites").status_code == 401


def test_a_pin_counts_nowhere_without_a_full_session_behind_it(trial: Trial) -> None:
    logins = people_of(trial)
    group_leader(trial).post(f"{API}/pins", {"site": "main", "person_id": logins["main-monitor2"], "pin": "2580"})
    take_over = {"site": "main", "who": "main-monitor2", "pin": "2580"}
    assert Client(trial.system.wsgi).post(f"{API}/sessions/pin", json=take_over).status_code == 401
    assert trial.api("main-emergency").post(f"{API}/sessions/pin", take_over).status_code == 403
    assert trial.api("branch-monitor").post(f"{API}/sessions/pin", take_over).status_code == 403
    assert trial.system.api("main", Role.MONITOR).post(f"{API}/sessions/pin", take_over).status_code == 401
    desk = trial.api("main-monitor")
    codes = [desk.post(f"{API}/sessions/pin", {**take_over, "pin": f"{n:04d}"}).status_code for n in range(12)]
    assert codes == [401] * 10 + [429] * 2


def test_who_signed_in_as_an_administrator_stands_in_the_audit_log(trial: Trial) -> None:
    trial.token("main-admin")
    trial.token("main-monitor")
    entries = trial.api("main-auditor").get(f"{API}/audit", site="main", action="session.").get_json()["items"]
    assert [entry["particulars"]["roles"] for entry in entries] == [["auditor"], ["admin"]]


def test_a_sign_in_takes_a_bounded_number_of_statements(trial: Trial) -> None:
    trial.token("main-monitor")
    seen = count_statements(trial.system.hosts["coordination"].engine)
    trial.token("main-monitor")
    assert len([one for one in seen if not one.startswith("BEGIN")]) <= 14, seen


def test_sessions_end_with_the_shift(trial: Trial) -> None:
    api = trial.api("main-monitor")
    trial.system.clock.at += timedelta(hours=13)
    assert api.get(f"{API}/sites").get_json()["code"] == "token.expired"
    assert everybody(trial.system.api("main", Role.ADMIN), "main")

"""Tokens that are not ours, not now, not for us: each is refused, and on a public page simply nobody's."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey, RSAKey

from common.caller import Caller
from common.events.catalogue.coordination import KeyPublished
from common.roles import Role
from common.testing.system import Api, EmbeddedSystem

PATH = "/screening/api/v1/things"
KID = "a-key-of-ours"


@pytest.fixture
def key(small: EmbeddedSystem) -> OKPKey:
    made = OKPKey.generate_key("Ed25519", private=True)
    small.tell(
        KeyPublished(
            kid=KID, jwk=dict(made.as_dict(private=False)), not_after=small.clock.now() + timedelta(days=90)
        ),
        site="main", subject=KID,
    )  # fmt: skip
    return made


def claims(small: EmbeddedSystem, **changes: Any) -> dict[str, Any]:
    now = int(small.clock.now().timestamp())
    whole = {
        "iss": "sizao", "aud": "sizao-services", "sub": "staff:1", "name": "测试员", "jti": "1", "iat": now,
        "exp": now + 3600, "amr": [], "grants": {"main": ["monitor"]},
    }  # fmt: skip
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def ask(small: EmbeddedSystem, token: str) -> tuple[int, str | None]:
    answer = Api(small, token).get(PATH)
    return answer.status_code, (answer.get_json() or {}).get("code")


def signed(small: EmbeddedSystem, key: Any, header: dict[str, Any] | None = None, **changes: Any) -> str:
    whole = {"alg": "Ed25519", "kid": KID, "typ": "JWT", **(header or {})}
    return jwt.encode(whole, claims(small, **changes), key, algorithms=[whole["alg"]])


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def test_a_whole_token_is_believed(small: EmbeddedSystem, key: OKPKey) -> None:
    assert ask(small, signed(small, key)) == (200, None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "another-product"}, "token.audience"),
        ({"aud": None}, "token.audience"),
        ({"iss": "another-issuer"}, "token.audience"),
        ({"exp": None}, "token.claims"),
        ({"iat": "yesterday"}, "token.claims"),
        ({"exp": True}, "token.claims"),
        ({"grants": "all"}, "token.claims"),
        ({"grants": ["main"]}, "token.claims"),
        ({"amr": "password"}, "token.claims"),
        ({"exp": 10**30}, "token.claims"),
    ],
)
def test_claims_that_are_not_for_us(small: EmbeddedSystem, key: OKPKey, changes: dict[str, Any], code: str) -> None:
    assert ask(small, signed(small, key, **changes)) == (401, code)


def test_time_ends_a_token_and_the_future_has_not_begun(small: EmbeddedSystem, key: OKPKey) -> None:
    now = int(small.clock.now().timestamp())
    assert ask(small, signed(small, key, iat=now + 600, exp=now + 3600)) == (401, "token.not_yet")
    token = signed(small, key)
    small.clock.move(minutes=61)
    assert ask(small, token) == (401, "token.expired")


def test_a_forged_token(small: EmbeddedSystem, key: OKPKey) -> None:
    token = signed(small, key)
    head, _, signature = token.split(".")
    richer = part(claims(small, grants={"main": ["admin"]}))
    assert ask(small, f"{head}.{richer}.{signature}")[0] == 401
    stranger = OKPKey.generate_key("Ed25519", private=True)
    assert ask(small, signed(small, stranger)) == (401, "token.forged")
    assert ask(small, signed(small, key, {"kid": "unknown"})) == (401, "token.key")


def test_other_algorithms_are_refused_even_with_our_own_key(small: EmbeddedSystem, key: OKPKey) -> None:
    public = key.as_pem(private=False)
    signing = f"{part({'alg': 'HS256', 'kid': KID})}.{part(claims(small))}"
    mac = base64.urlsafe_b64encode(hmac.digest(public, signing.encode(), "sha256")).decode().rstrip("=")
    assert ask(small, f"{signing}.{mac}") == (401, "token.algorithm")
    rsa = RSAKey.generate_key(2048, private=True)
    assert ask(small, signed(small, rsa, {"alg": "RS256"})) == (401, "token.algorithm")
    assert ask(small, f"{part({'alg': 'none', 'kid': KID})}.{part(claims(small))}.")[0] == 401


@pytest.mark.parametrize(
    "token", ["x", "a.b", "a.b.c", "a.b.c.d", "....", "é", "x" * 20_000, "eyJhbGciOiJub25lIn0.e30."]
)
def test_what_is_no_token_at_all(small: EmbeddedSystem, token: str) -> None:
    assert ask(small, token)[0] == 401


def test_a_header_without_a_key_name(small: EmbeddedSystem, key: OKPKey) -> None:
    token = jwt.encode({"alg": "Ed25519"}, claims(small), key, algorithms=["Ed25519"])
    assert ask(small, token)[0] == 401
    for kid in ("x" * 100, "a\x00b", ""):
        odd = jwt.encode({"alg": "Ed25519", "kid": kid}, claims(small), key, algorithms=["Ed25519"])
        assert ask(small, odd) == (401, "token.key")


def test_on_a_public_page_a_bad_token_is_nobodys(small: EmbeddedSystem) -> None:
    assert Api(small, "x.y.z").get("/screening/words").status_code == 200


def test_roles_that_this_version_does_not_know_give_nothing(small: EmbeddedSystem, key: OKPKey) -> None:
    token = signed(small, key, grants={"main": ["emperor"]})
    assert ask(small, token) == (403, "role.missing")
    assert Caller("x", "", {"main": frozenset({Role.MONITOR})}).sites(Role.AUDITOR) == frozenset()

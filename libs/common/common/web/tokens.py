"""Session tokens: EdDSA JWTs made by coordination, believed by every service from its own copy of the public keys."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import extract_compact
from sqlalchemy import Table, and_, bindparam, exists, or_, select

from common.caller import Caller
from common.copies.tables import KeyCopy, RevocationCopy
from common.errors import Unauthenticated
from common.op import Op, usecase
from common.roles import Role

ISSUER = "sizao"
AUDIENCE = "sizao-services"
ALGORITHM = "Ed25519"
"""EdDSA over Ed25519 by its fully specified name (RFC 9864)."""
LEEWAY_SECONDS = 30
MAX_TOKEN = 16_384
MAX_WORD = 80
"""Characters of a key's, a session's and an account's name."""
LATEST = 253_402_300_799
"""The last second of the year 9999."""
_KEYS, _REVOKED = cast(Table, KeyCopy.__table__), cast(Table, RevocationCopy.__table__)
_STANDING = select(
    _KEYS.c.jwk,
    _KEYS.c.revoked,
    exists()
    .where(
        _REVOKED.c.account_id == bindparam("account"),
        or_(
            _REVOKED.c.token_id == bindparam("token_id"),
            and_(_REVOKED.c.token_id.is_(None), _REVOKED.c.before > bindparam("issued")),
        ),
    )
    .label("signed_out"),
).where(_KEYS.c.kid == bindparam("kid"))
"""A key, and whether a session is over: asked at every request, in one statement."""


def refused(why: str) -> Unauthenticated:
    """One answer for every token that is not believed; `why` is for the code alone."""
    return Unauthenticated(f"token.{why}", "Please sign in again.", "登录已失效,请重新登录。")


def make_token(key: OKPKey, kid: str, *, caller: Caller, issued: datetime, expires: datetime) -> str:
    """A signed session token for a caller."""
    claims = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": caller.id, "name": caller.name, "jti": caller.token_id,
        "iat": int(issued.timestamp()), "exp": int(expires.timestamp()), "amr": sorted(caller.amr),
        "grants": {site: sorted(roles) for site, roles in caller.grants.items()},
    }  # fmt: skip
    return jwt.encode({"alg": ALGORITHM, "kid": kid, "typ": "JWT"}, claims, key, algorithms=[ALGORITHM])


@usecase(read=True)
def read_token(op: Op, *, token: str) -> Caller:
    """The caller a token speaks for. Raises Unauthenticated if it is forged, expired, revoked or not for us."""
    if len(token) > MAX_TOKEN:
        raise refused("long")
    said = _said(token)
    key = op.db.connection().execute(_STANDING, said).first()
    if key is None or key.revoked:
        raise refused("key")
    claims = _verified(token, tuple(sorted(key.jwk.items())))
    issued, expires = _instant(claims, "iat"), _instant(claims, "exp")
    if op.now.timestamp() >= expires.timestamp() + LEEWAY_SECONDS:
        raise refused("expired")
    if issued.timestamp() > op.now.timestamp() + LEEWAY_SECONDS:
        raise refused("not_yet")
    if claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE:
        raise refused("audience")
    if key.signed_out:
        raise refused("revoked")
    return Caller(
        id=said["account"], name=str(claims.get("name", "")), token_id=said["token_id"],
        amr=_words(claims.get("amr", [])), grants=_grants(claims.get("grants", {})),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _said(token: str) -> dict[str, Any]:
    """What a token says of itself, nothing of it believed yet; enough to ask whether key and session still count."""
    try:
        parts = extract_compact(token.encode())
        header, claims = parts.headers(), json.loads(parts.payload)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as problem:
        raise refused("forged") from problem
    if header.get("alg") != ALGORITHM:
        raise refused("algorithm")
    kid = _short_text(header.get("kid"), "key")
    if not isinstance(claims, dict):
        raise refused("claims")
    account, token_id = _short_text(claims.get("sub", ""), "claims"), _short_text(claims.get("jti", ""), "claims")
    return {"kid": kid, "account": account, "token_id": token_id, "issued": _instant(claims, "iat")}


@lru_cache(maxsize=1024)
def _verified(token: str, jwk: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """The claims of a token that this key signed. A signature is good for ever, so each is looked at once; whether key
    and session still count is asked of the database each time."""
    try:
        return dict(jwt.decode(token, _public_key(jwk), algorithms=[ALGORITHM]).claims)
    except (JoseError, ValueError, TypeError, KeyError) as problem:
        raise refused("forged") from problem


@lru_cache(maxsize=32)
def _public_key(jwk: tuple[tuple[str, str], ...]) -> OKPKey:
    """The key of a JWK; whether it still counts is asked of the database each time."""
    return OKPKey.import_key(dict(jwk))


def _short_text(value: object, why: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_WORD or not value.isprintable():
        raise refused(why)
    return value


def _instant(claims: dict[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LATEST:
        raise refused("claims")
    return datetime.fromtimestamp(value, UTC)


def _grants(given: object) -> dict[str, frozenset[Role]]:
    """Roles by site; a role that this version does not know gives nothing."""
    if not isinstance(given, dict):
        raise refused("claims")
    known = {role.value for role in Role}
    return {site: frozenset(Role(name) for name in _words(names) if name in known) for site, names in given.items()}


def _words(given: object) -> frozenset[str]:
    if not isinstance(given, list) or not all(isinstance(word, str) for word in given):
        raise refused("claims")
    return frozenset(given)

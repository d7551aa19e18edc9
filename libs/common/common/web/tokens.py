"""Session tokens: EdDSA JWTs made by coordination, believed by every service from its own copy of the public keys."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from sqlalchemy import or_, select

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
MAX_KID = 80
LATEST = 253_402_300_799
"""The last second of the year 9999."""


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
    claims = _verified_claims(op, token)
    issued, expires = _instant(claims, "iat"), _instant(claims, "exp")
    if op.now.timestamp() >= expires.timestamp() + LEEWAY_SECONDS:
        raise refused("expired")
    if issued.timestamp() > op.now.timestamp() + LEEWAY_SECONDS:
        raise refused("not_yet")
    if claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE:
        raise refused("audience")
    account, token_id = str(claims.get("sub", "")), str(claims.get("jti", ""))
    revoked = op.db.scalars(
        select(RevocationCopy.id)
        .where(
            RevocationCopy.account_id == account,
            or_(
                RevocationCopy.token_id == token_id,
                (RevocationCopy.token_id.is_(None)) & (RevocationCopy.before > issued),
            ),
        )
        .limit(1)
    ).first()
    if revoked is not None:
        raise refused("revoked")
    return Caller(
        id=account, name=str(claims.get("name", "")), token_id=token_id, amr=_words(claims.get("amr", [])),
        grants=_grants(claims.get("grants", {})),
    )  # fmt: skip


def _verified_claims(op: Op, token: str) -> dict[str, Any]:
    try:
        header_kid = _kid(token)
        key = op.db.get(KeyCopy, header_kid)
        if key is None or key.revoked:
            raise refused("key")
        decoded = jwt.decode(token, _public_key(tuple(sorted(key.jwk.items()))), algorithms=[ALGORITHM])
    except (JoseError, ValueError, TypeError, KeyError) as problem:
        raise refused("forged") from problem
    return dict(decoded.claims)


@lru_cache(maxsize=32)
def _public_key(jwk: tuple[tuple[str, str], ...]) -> OKPKey:
    """The key of a JWK; whether it still counts is asked of the database each time."""
    return OKPKey.import_key(dict(jwk))


def _kid(token: str) -> str:
    from joserfc.jws import extract_compact

    header = extract_compact(token.encode()).headers()
    if header.get("alg") != ALGORITHM:
        raise refused("algorithm")
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID or not kid.isprintable():
        raise refused("key")
    return kid


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

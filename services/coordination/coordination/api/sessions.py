"""Signing in and out, public keys, PINs."""

from __future__ import annotations

from datetime import datetime

from flask import Response, jsonify, request
from pydantic import Field

from common.roles import Role
from common.web.access import allow, allow_any_role, allow_public
from common.web.api import Answer, IdPath, Input, answer, api_blueprint
from common.web.request import caller, host, run, run_public, sites
from coordination.usecases.keys import list_keys, public_keys, revoke_key, rotate_keys
from coordination.usecases.pins import reset_pin, sign_in_by_pin
from coordination.usecases.sessions import Session, sign_out
from coordination.usecases.sign_in import sign_in

api = api_blueprint("sessions")
NO_ADDRESS = "-"


class SignIn(Input):
    """Who signs in."""

    login: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class PinSignIn(Input):
    """A guard who takes over a desk: his login or staff number, and his PIN."""

    site: str = Field(max_length=40)
    who: str = Field(max_length=60)
    pin: str = Field(max_length=12)


class PinReset(Input):
    """A guard's new PIN."""

    site: str = Field(max_length=40)
    person_id: str = Field(max_length=36)
    pin: str = Field(max_length=12)


class KeyRotation(Input):
    """Whether sessions under the old keys end at once."""

    revoke: bool = False


class SessionOut(Answer):
    """An open session."""

    access_token: str
    expires_at: datetime


class KeyOut(Answer):
    """A signing key without its private part."""

    kid: str
    made_at: datetime
    not_after: datetime
    active: bool
    revoked: bool


def session_out(session: Session) -> Response:
    """The answer to a good sign-in."""
    return answer(SessionOut(access_token=session.access_token, expires_at=session.expires_at), 201)


@api.post("/sessions")
@allow_public("signing in")
def open_session(body: SignIn) -> Response:
    """Signs in with login and password; 429 with Retry-After after too many failures."""
    address = request.remote_addr or NO_ADDRESS
    return session_out(sign_in(host(), login=body.login, password=body.password, address=address))


@api.post("/sessions/pin")
@allow(Role.MONITOR)
def open_pin_session(body: PinSignIn) -> Response:
    """A guard takes over the desk at which the caller is signed in: role monitor alone, ending with that session."""
    return session_out(sign_in_by_pin(host(), caller(), sites(), site=body.site, who=body.who, pin=body.pin))


@api.delete("/sessions/current")
@allow_any_role()
def close_session() -> Response:
    """Signs out: the session at hand counts no more, anywhere."""
    run(sign_out)
    return Response(status=204)


@api.post("/pins")
@allow(Role.MONITOR, Role.SECURITY)
def give_pin(body: PinReset) -> Response:
    """The monitoring group's leader gives a guard a new PIN on the spot."""
    run(reset_pin, site=body.site, person_id=body.person_id, pin=body.pin)
    return Response(status=204)


@api.get("/jwks.json")
@allow_public("public keys are public")
def jwks() -> Response:
    """The public keys that sign sessions."""
    return jsonify({"keys": run_public(public_keys)})


@api.get("/keys")
@allow(Role.SECURITY)
def keys() -> Response:
    """Every signing key."""
    items = [KeyOut.model_validate(key).model_dump(mode="json") for key in run(list_keys)]
    return jsonify({"items": items, "next": None})


@api.post("/keys")
@allow(Role.SECURITY)
def rotate(body: KeyRotation) -> Response:
    """Signs with a new key from now on."""
    return answer(KeyOut.model_validate(run(rotate_keys, revoke=body.revoke)), 201)


@api.post("/keys/<id>/revocation")
@allow(Role.SECURITY)
def revoke(path: IdPath) -> Response:
    """Takes a key out of use."""
    return answer(KeyOut.model_validate(run(revoke_key, kid=path.id)))

"""Protocols: those that come with the product, and what each site adopted from which day on."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib import resources

from sqlalchemy import func, select

from common.errors import Invalid, NotFound
from common.events.catalogue.coordination import ProtocolAdopted
from common.ids import new_id
from common.op import Op, usecase
from common.protocol import Protocol
from coordination.domain.protocols import Period, check_period, refuse_nothing_new
from coordination.models import Adoption
from coordination.usecases.locking import lock_site


@cache
def shipped_protocols() -> dict[str, Protocol]:
    """The protocols that come with the product by code, in the order of their days of effect."""
    folder = resources.files("coordination").joinpath("protocols")
    shared = tomllib.loads(folder.joinpath("_shared.toml").read_text(encoding="utf-8"))
    found = []
    for file in folder.iterdir():
        if file.name.endswith(".toml") and not file.name.startswith("_"):
            parts = tomllib.loads(file.read_text(encoding="utf-8"))
            found.append(Protocol.model_validate(_with_shared(parts, shared)))
    found.sort(key=lambda one: (one.effective_from or date.min, one.code))
    return {protocol.code: protocol for protocol in found}


def _with_shared(parts: dict[str, object], shared: dict[str, dict[str, object]]) -> dict[str, object]:
    """Parts that several protocols have in common are named (`entrance = "covid"`) and stand in one file."""
    return {
        name: shared[name][value] if name in shared and isinstance(value, str) else value
        for name, value in parts.items()
    }


def protocol_named(code: str) -> Protocol:
    """A shipped protocol. Raises NotFound."""
    found = shipped_protocols().get(code)
    if found is None:
        raise NotFound(
            "protocol.unknown",
            "There is no protocol '{named}'; there are: {known}.",
            "没有方案“{named}”；可选：{known}。",
            field="protocol",
            named=code,
            known=", ".join(shipped_protocols()),
        )
    return found


@usecase
def adopt_protocol(
    op: Op,
    *,
    site: str,
    protocol: str | Protocol,
    effective_from: date,
    effective_to: date | None = None,
    reason: str = "",
    beyond: bool = False,
) -> Adoption:
    """Puts a protocol in force at a site from a day on; of those that cover a day the one adopted last counts.

    `protocol` is the code of a shipped one, or one of the site's own making. `beyond` takes days outside the
    protocol's own. Raises Invalid for a period that makes no sense, Conflict for one that would change nothing.
    """
    op.site(site)
    lock_site(op, site)
    chosen = protocol_named(protocol) if isinstance(protocol, str) else protocol
    _check(chosen)
    check_period(chosen, effective_from, effective_to, beyond=beyond)
    known = list_adoptions(op, site=site)
    version = 1 + (op.db.scalar(select(func.max(Adoption.version)).where(Adoption.site == site)) or 0)
    document = chosen.model_dump(mode="json")
    same = [
        Period(one.protocol_code if one.document == document else f"{one.protocol_code}~", one.version,
               one.effective_from, one.effective_to)
        for one in known
    ]  # fmt: skip
    refuse_nothing_new(same, Period(chosen.code, version, effective_from, effective_to))
    adoption = Adoption(
        id=new_id(), site=site, version=version, protocol_code=chosen.code, effective_from=effective_from,
        effective_to=effective_to, document=document, reason=reason.strip()[:500], adopted_by=op.caller.id,
        adopted_at=op.now,
    )  # fmt: skip
    op.db.add(adoption)
    op.db.flush()
    op.emit(
        ProtocolAdopted(
            adoption_id=adoption.id, version=version, effective_from=effective_from, effective_to=effective_to,
            protocol=chosen,
        ),
        site=site, subject=adoption.id, sequence=1,
    )  # fmt: skip
    op.audit(
        "protocol.adopted", site=site, subject=f"protocol:{chosen.code}",
        particulars={"version": version, "from": effective_from.isoformat(),
                     "to": effective_to.isoformat() if effective_to else None},
    )  # fmt: skip
    return adoption


@usecase(read=True)
def list_adoptions(op: Op, *, site: str) -> Sequence[Adoption]:
    """What a site adopted, the newest first."""
    op.site(site)
    return op.db.scalars(select(Adoption).where(Adoption.site == site).order_by(Adoption.version.desc())).all()


def _check(protocol: Protocol) -> None:
    """What the shape alone can't say: bounds in order, classes of compulsory isolation only where there is any."""
    rules = protocol.entrance
    if not rules.plausible_low < rules.retest_below < rules.fever_at < rules.plausible_high:
        raise Invalid(
            "protocol.bounds",
            "The readings must rise: lowest plausible, retest below, fever, highest plausible.",
            "体温界限应依次升高：可信下限、需复测、发热、可信上限。",
            field="protocol.entrance",
        )
    if not protocol.compulsory_isolation and any(one.compulsory and one.phases for one in protocol.classes):
        raise Invalid(
            "protocol.compulsory",
            "This protocol has no compulsory isolation, but a class that orders it.",
            "该方案不实行强制隔离，却含有强制隔离的类别。",
            field="protocol.classes",
        )

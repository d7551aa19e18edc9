"""What checks are judged by, read in a statement a kind: sites, entrances, protocols, earlier checks, people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, cast

from sqlalchemy import BindParameter, Select, Table, and_, bindparam, or_, select

from common.copies.lookups import protocol_on
from common.copies.tables import SiteCopy
from common.errors import SizaoError, not_found
from common.op import Op
from common.protocol import Protocol
from screening.models import Check, Entrance, Person, SealedDay
from screening.models.people import VISITOR

_ENTRANCES, _SEALED = cast(Table, Entrance.__table__), cast(Table, SealedDay.__table__)
_PLACES = (
    select(_ENTRANCES.c.id, _ENTRANCES.c.site, _ENTRANCES.c.code, _ENTRANCES.c.name, _ENTRANCES.c.active, _SEALED.c.day)
    .outerjoin_from(
        _ENTRANCES,
        _SEALED,
        and_(
            _SEALED.c.entrance_id == _ENTRANCES.c.id,
            _SEALED.c.site == _ENTRANCES.c.site,
            _SEALED.c.day.in_(bindparam("days", expanding=True)),
        ),
    )
    .where(
        _ENTRANCES.c.site.in_(bindparam("sites", expanding=True)),
        or_(
            _ENTRANCES.c.code.in_(bindparam("codes", expanding=True)),
            _ENTRANCES.c.id.in_(bindparam("ids", expanding=True)),
        ),
    )
)
"""Made once, since every check asks it; it names its sites itself."""
_VALUES: BindParameter[Any] = bindparam("values", expanding=True)
_OF_SITE = select(Person).where(Person.site == bindparam("site"))
_BY_ID = _OF_SITE.where(Person.id.in_(_VALUES))
_BY_NUMBER = _OF_SITE.where(Person.staff_number.in_(_VALUES), Person.kind != VISITOR)
_BY_DOCUMENT = _OF_SITE.where(Person.document_index.in_(_VALUES))


class EntrancePlace(NamedTuple):
    """What checks have to know of an entrance."""

    id: str
    site: str
    code: str
    name: str
    active: bool


@dataclass
class Context:
    """The state that checks are judged by, each thing read once."""

    op: Op
    sites: dict[str, SiteCopy | SizaoError] = field(default_factory=dict)
    protocols: dict[tuple[str, date], Protocol] = field(default_factory=dict)
    entrances: dict[tuple[str, str], EntrancePlace] = field(default_factory=dict)
    sealed: set[tuple[str, date]] = field(default_factory=set)
    earlier: dict[str, Check] = field(default_factory=dict)
    by_id: dict[tuple[str, str], Person] = field(default_factory=dict)
    by_number: dict[tuple[str, str], Person] = field(default_factory=dict)
    by_document: dict[tuple[str, bytes], Person] = field(default_factory=dict)

    def site(self, code: str) -> SiteCopy:
        """The site; raises Forbidden for one outside the caller's sites."""
        if code not in self.sites:
            try:
                self.sites[code] = self.op.site(code)
            except SizaoError as refused:
                self.sites[code] = refused
        found = self.sites[code]
        if isinstance(found, SizaoError):
            raise found
        return found

    def protocol(self, site: str, day: date) -> Protocol:
        """The protocol in force at the site on the day."""
        if (site, day) not in self.protocols:
            self.protocols[site, day] = protocol_on(self.op.db, site, day)
        return self.protocols[site, day]

    def load_entrances(self, sites: Iterable[str], refs: Iterable[str], days: Iterable[date]) -> None:
        """Reads entrances of these sites (each passed `site` before) by code or id, and which days are sealed."""
        self.op.db.flush()
        wanted = sorted(set(refs))
        asked = {"sites": sorted(set(sites)), "codes": wanted, "ids": wanted, "days": sorted(set(days))}
        for *known, day in self.op.db.connection().execute(_PLACES, asked):
            entrance = EntrancePlace(*known)
            self.entrances[entrance.site, entrance.code] = entrance
            self.entrances[entrance.site, entrance.id] = entrance
            if day is not None:
                self.sealed.add((entrance.id, day))

    def entrance(self, site: str, ref: str) -> EntrancePlace:
        """The entrance; raises NotFound for one that is not of this site."""
        found = self.entrances.get((site, ref))
        if found is None:
            missing = not_found("entrance", "入口", ref[:40])
            missing.field = "entrance"
            raise missing
        return found

    def load_earlier(self, ids: Iterable[str]) -> None:
        """Reads the checks that new ones follow, and the first ones of their chains."""
        wanted = set(ids)
        while wanted:
            rows = self.op.db.scalars(select(Check).where(Check.id.in_(wanted)))
            self.earlier.update({row.id: row for row in rows})
            firsts = [row.first_id for row in self.earlier.values() if row.first_id is not None]
            wanted = set(firsts) - self.earlier.keys() - wanted

    def load_people(
        self,
        site: str,
        *,
        ids: Iterable[str] = (),
        numbers: Iterable[str] = (),
        documents: Iterable[bytes] = (),
    ) -> None:
        """Reads people of a site: any by id, staff by number, both by document (staff before visitors)."""
        if by_id := set(ids):
            for person in self._people(_BY_ID, site, by_id):
                self.by_id[site, person.id] = person
        if by_number := set(numbers):
            for person in sorted(self._people(_BY_NUMBER, site, by_number), key=lambda one: one.active):
                self.by_number[site, person.staff_number or ""] = person
        if by_document := set(documents):
            found = self._people(_BY_DOCUMENT, site, by_document)
            for person in sorted(found, key=lambda one: one.is_staff and one.active):
                self.by_document[site, person.document_index or b""] = person

    def _people(self, query: Select[Any], site: str, values: set[Any]) -> list[Person]:
        return list(self.op.db.scalars(query, {"site": site, "values": list(values)}))

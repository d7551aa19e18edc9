"""The organisation chart: sections, heads, leaders in charge, superiors, each with its days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from common.errors import Conflict, Invalid
from common.ids import new_id
from common.op import Op, text_or_invalid, usecase
from coordination.domain.chart import cycle_through, is_leadership
from coordination.models import ChartEntry, Person, Section
from coordination.usecases.directory import check_version, find_person, find_section
from coordination.usecases.locking import lock_site

SUPERIOR, HEAD, DEPUTY = "superior", "head", "deputy"


def hold(op: Op, *, site: str, kind: str, subject: str, holder: str | None, first_day: date) -> None:
    """Writes into the chart's history that from a day on `holder` (or nobody) holds a place."""
    current = op.db.scalars(
        select(ChartEntry).where(
            ChartEntry.site == site,
            ChartEntry.kind == kind,
            ChartEntry.subject_id == subject,
            ChartEntry.last_day.is_(None),
        )
    ).first()
    if current is not None and current.holder_id == holder:
        return
    if current is not None:
        if current.first_day >= first_day:
            op.db.delete(current)
        else:
            current.last_day = first_day - timedelta(days=1)
        op.db.flush()
    if holder is not None:
        op.db.add(
            ChartEntry(
                id=new_id(),
                site=site,
                kind=kind,
                subject_id=subject,
                holder_id=holder,
                first_day=first_day,
                last_day=None,
            )
        )


def checked_first_day(op: Op, site: str, first_day: date | None) -> date:
    """The day a change of the chart counts from: today if none is given, never a day to come."""
    today = op.today(site)
    if first_day is not None and first_day > today:
        raise Invalid(
            "chart.future",
            "{day} is still to come: enter the change on its day.",
            "{day} 尚未到来：请在当天变更。",
            field="first_day",
            day=first_day,
        )
    return first_day or today


def refuse_cycle(op: Op, person: Person, superior_id: str) -> None:
    """Raises Conflict if with this superior a chain of superiors would come back to where it began."""
    rows = op.db.execute(select(Person.id, Person.superior_id).where(Person.site == person.site))
    superiors: dict[str, str | None] = dict(rows.all())
    superiors[person.id] = superior_id
    if superior_id == person.id or cycle_through(person.id, superiors) is not None:
        raise Conflict(
            "chart.cycle",
            "With this superior the chain of superiors comes back to the person himself.",
            "上级关系形成循环：不能以下级(或本人)为上级。",
            field="superior_id",
        )


@usecase(read=True)
def list_sections(op: Op, *, site: str) -> list[Section]:
    """The sections of a site, leadership first, by name."""
    op.site(site)
    query = select(Section).where(Section.site == site, Section.active.is_(True))
    return sorted(op.db.scalars(query), key=lambda one: (not one.leadership, one.name))


@usecase
def add_section(op: Op, *, site: str, name: str) -> Section:
    """A new section. Raises Conflict if there is one of the name."""
    op.site(site)
    lock_site(op, site)
    section = make_section(op, site, text_or_invalid(name, field="name", words=("The name", "科室名称"), limit=60))
    op.audit("section.added", site=site, subject=f"section:{section.id}")
    return section


def make_section(op: Op, site: str, name: str) -> Section:
    """Adds a section's row. Raises Conflict if there is one of the name."""
    if op.db.scalars(select(Section).where(Section.site == site, Section.name == name)).first() is not None:
        raise Conflict(
            "section.taken", "There is a section '{name}' already.", "已有科室“{name}”。", field="name", name=name
        )
    section = Section(id=new_id(), site=site, name=name, leadership=is_leadership(name), sequence=1, active=True)
    section.vacant_post = ""
    op.db.add(section)
    op.db.flush()
    return section


@usecase
def change_section(
    op: Op,
    *,
    section_id: str,
    expected: int | None,
    fields: dict[str, str | None],
    first_day: date | None = None,
) -> Section:
    """Changes a section's `name`, `head_id`, `deputy_id` (`None`: nobody). Raises Stale, NotFound, Invalid."""
    section = find_section(op, section_id)
    op.site(section.site)
    lock_site(op, section.site)
    op.db.refresh(section)
    check_version(section.sequence, expected)
    day = checked_first_day(op, section.site, first_day)
    if fields.get("name"):
        section.name = text_or_invalid(fields["name"], field="name", words=("The name", "科室名称"), limit=60)
    for name, kind in (("head_id", HEAD), ("deputy_id", DEPUTY)):
        if name in fields:
            set_holder(op, section, kind, fields[name], day)
    if section.head_id is not None and section.head_id == section.deputy_id:
        raise Invalid(
            "section.same",
            "Head and leader in charge of a section are two people.",
            "科室负责人与分管领导不能是同一人。",
            field="deputy_id",
        )
    section.sequence += 1
    op.audit(
        "section.changed", site=section.site, subject=f"section:{section.id}", particulars={"fields": sorted(fields)}
    )
    return section


def set_holder(op: Op, section: Section, kind: str, holder: str | None, day: date) -> None:
    """Puts somebody of the same site (or nobody) at a place of a section from a day on."""
    if holder is not None:
        find_person(op, holder, section.site)
    if kind == HEAD:
        section.head_id = holder
        if holder is not None:
            section.vacant_post = ""
    else:
        section.deputy_id = holder
    hold(op, site=section.site, kind=kind, subject=section.id, holder=holder, first_day=day)


@usecase(read=True)
def chart_on(op: Op, *, site: str, day: date) -> Sequence[ChartEntry]:
    """Who held which place of the chart on a day."""
    op.site(site)
    return op.db.scalars(
        select(ChartEntry).where(
            ChartEntry.site == site,
            ChartEntry.first_day <= day,
            (ChartEntry.last_day.is_(None)) | (ChartEntry.last_day >= day),
        )
    ).all()

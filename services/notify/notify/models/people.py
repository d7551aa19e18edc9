"""Copies of people and groups, and who is on duty."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Boolean, Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from common.data.base import SiteScoped
from common.data.types import Encrypted, Id, JsonDoc
from notify.models.base import Base


class PersonCopy(SiteScoped, Base):
    """A person of the site as coordination last told it, with what is needed to reach him."""

    __tablename__ = "person_copy"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    staff_number: Mapped[str] = mapped_column(String(40), default="")
    masked_name: Mapped[str] = mapped_column(String(120))
    name: Mapped[str | None] = mapped_column(Encrypted("notify.person_copy.name"), default=None)
    phone: Mapped[str | None] = mapped_column(Encrypted("notify.person_copy.phone"), default=None)
    email: Mapped[str | None] = mapped_column(Encrypted("notify.person_copy.email"), default=None)
    roles: Mapped[list[str]] = mapped_column(JsonDoc, default=list)
    leaves: Mapped[list[dict[str, Any]]] = mapped_column(JsonDoc, default=list)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    sequence: Mapped[int] = mapped_column(Integer)


class PersonRole(SiteScoped, Base):
    """A role a person holds: whoever holds a group's role is among its people."""

    __tablename__ = "person_role"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    person_id: Mapped[str] = mapped_column(Id, primary_key=True)

    __table_args__ = (Index("ix_person_role_person", "site", "person_id"),)


class GroupCopy(SiteScoped, Base):
    """A group of the plan as coordination last told it."""

    __tablename__ = "group_copy"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    members: Mapped[list[dict[str, Any]]] = mapped_column(JsonDoc, default=list)
    leader_in_charge: Mapped[str | None] = mapped_column(Id, default=None)
    sequence: Mapped[int] = mapped_column(Integer)


class DutyPerson(SiteScoped, Base):
    """Somebody on duty for a group on a local day; no row for a day means that the whole group is."""

    __tablename__ = "duty_person"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    group: Mapped[str] = mapped_column(String(20), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    person_id: Mapped[str] = mapped_column(Id, primary_key=True)

"""Which group owns which event type at a site, and that it reaches somebody."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from common.errors import Invalid, Stale, not_found
from common.op import Op, usecase
from notify.domain.groups import GROUP_ROLES, GROUP_WORDS
from notify.domain.routes import DEFAULT_ROUTES, RouteRule, Severity
from notify.models import Route
from notify.usecases.directory import load_directory, load_ways, reach


@dataclass(frozen=True)
class RouteView:
    """A rule in force at a site and how many people it reaches today."""

    rule: RouteRule
    version: int
    """0 for a rule as shipped."""
    people: int


def rule_for(op: Op, site: str, event_type: str) -> RouteRule:
    """The rule in force for an event type."""
    row = op.db.get(Route, (site, event_type))
    return DEFAULT_ROUTES[event_type] if row is None else _rule(row)


@usecase(read=True)
def list_routes(op: Op, *, site: str) -> list[RouteView]:
    """Every event type that alerts, with the site's rule and whom it reaches today."""
    op.site(site)
    own = {row.event_type: row for row in op.db.scalars(select(Route).where(Route.site == site))}
    counted: dict[str, int] = {}
    found = []
    for event_type, shipped in DEFAULT_ROUTES.items():
        row = own.get(event_type)
        rule = shipped if row is None else _rule(row)
        if rule.group not in counted:
            counted[rule.group] = _people(op, site, rule.group)
        found.append(RouteView(rule, 0 if row is None else row.version, counted[rule.group]))
    return found


@usecase
def change_route(
    op: Op, *, site: str, event_type: str, group: str, severity: Severity, ladder: bool, version: int | None = None
) -> RouteView:
    """Sets a site's rule. Raises Invalid for a group that reaches nobody, Stale if `version` is not in force."""
    op.site(site)
    if event_type not in DEFAULT_ROUTES:
        raise not_found("event type", "事件类型", event_type)
    if group not in GROUP_ROLES:
        raise Invalid(
            "route.group", "There is no group '{group}'.", "没有工作组“{group}”。", field="group", group=group
        )
    people = _people(op, site, group)
    if not people:
        raise Invalid(
            "route.reaches_nobody",
            "The {group} reaches nobody: give it members, or somebody its role, with a way to reach them, first.",
            "{group_zh}没有可通知的人：请先添加成员或授予角色，并确保有联系方式。",
            field="group", group=GROUP_WORDS[group][1], group_zh=GROUP_WORDS[group][0],
        )  # fmt: skip
    row = op.db.get(Route, (site, event_type), with_for_update=True)
    if version is not None and version != (row.version if row is not None else 0):
        raise Stale("route.stale", "Somebody changed this rule: load it again.", "该规则已被他人修改：请刷新。")
    if row is None:
        row = Route(site=site, event_type=event_type, version=0)
        op.db.add(row)
    row.group, row.severity, row.ladder, row.version = group, severity, ladder, row.version + 1
    row.changed_at, row.changed_by = op.now, op.caller.id
    op.db.flush()
    op.audit(
        "route.changed", site=site, subject=event_type,
        particulars={"group": group, "severity": severity, "ladder": ladder},
    )  # fmt: skip
    return RouteView(_rule(row), row.version, people)


def _people(op: Op, site: str, group: str) -> int:
    directory = load_directory(op, site, group, op.today(site))
    return len(reach(directory, "group", load_ways(op, site, group)))


def _rule(row: Route) -> RouteRule:
    severity: Severity = "severe" if row.severity == "severe" else "ordinary"
    return RouteRule(row.event_type, row.group, severity, row.ladder)

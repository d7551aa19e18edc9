"""A site's channels: kept encrypted, shown without their secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from common.errors import Conflict, Invalid, Stale, not_found
from common.ids import new_id
from common.op import Op, text_or_invalid, usecase
from notify.domain.channel_settings import KINDS, check_address, check_secret, checked_options
from notify.domain.groups import GROUP_ROLES
from notify.models import ChannelConfig


@usecase(read=True)
def list_channels(op: Op, *, site: str) -> list[ChannelConfig]:
    """The channels of a site, by name."""
    op.site(site)
    return list(op.db.scalars(select(ChannelConfig).where(ChannelConfig.site == site).order_by(ChannelConfig.name)))


@usecase
def add_channel(
    op: Op, *, site: str, kind: str, name: str, address: str, secret: str | None, groups: Sequence[str],
    options: dict[str, Any], enabled: bool = True,
) -> ChannelConfig:  # fmt: skip
    """Adds a channel; raises Invalid for what can't work, Conflict for a name that is taken."""
    op.site(site)
    if kind not in KINDS:
        raise Invalid(
            "channel.kind", "There is no kind of channel '{kind}'.", "没有渠道类型“{kind}”。", field="kind", kind=kind
        )
    row = ChannelConfig(id=new_id(), site=site, kind=kind, version=0)
    row.secret = secret or None
    _fill(op, row, name=name, address=address, groups=groups, options=options, enabled=enabled)
    op.db.add(row)
    op.db.flush()
    op.audit("channel.added", site=site, subject=row.id, particulars={"kind": kind, "name": row.name})
    return row


@usecase
def change_channel(
    op: Op, *, channel_id: str, name: str | None, address: str | None, secret: str | None, groups: Sequence[str] | None,
    options: dict[str, Any] | None, enabled: bool | None, version: int | None = None,
) -> ChannelConfig:  # fmt: skip
    """Changes what is given and leaves the rest, the secret too; raises Stale when `version` is not the one stored."""
    row = find_channel(op, channel_id)
    if version is not None and version != row.version:
        raise Stale("channel.stale", "Somebody changed this channel: load it again.", "该渠道已被他人修改：请刷新。")
    if secret:
        row.secret = secret
    _fill(
        op, row, name=row.name if name is None else name, address=row.address if address is None else address,
        groups=row.groups if groups is None else groups, options=row.options if options is None else options,
        enabled=row.enabled if enabled is None else enabled,
    )  # fmt: skip
    op.db.flush()
    op.audit("channel.changed", site=row.site, subject=row.id, particulars={"name": row.name, "enabled": row.enabled})
    return row


@usecase
def remove_channel(op: Op, *, channel_id: str) -> None:
    """Takes a channel away; what was sent through it stays in the log."""
    row = find_channel(op, channel_id)
    op.db.execute(delete(ChannelConfig).where(ChannelConfig.id == row.id))
    op.audit("channel.removed", site=row.site, subject=row.id, particulars={"kind": row.kind, "name": row.name})


def find_channel(op: Op, channel_id: str) -> ChannelConfig:
    """A channel of the caller's sites; raises NotFound for any other."""
    row = op.db.scalars(select(ChannelConfig).where(ChannelConfig.id == channel_id).with_for_update()).first()
    if row is None:
        raise not_found("channel", "渠道", channel_id)
    return row


def _fill(
    op: Op, row: ChannelConfig, *, name: str, address: str, groups: Sequence[str], options: dict[str, Any],
    enabled: bool,
) -> None:  # fmt: skip
    row.name = text_or_invalid(name, field="name", words=("The name", "名称"), limit=80)
    twin = op.db.scalars(
        select(ChannelConfig.id).where(
            ChannelConfig.site == row.site, ChannelConfig.name == row.name, ChannelConfig.id != row.id
        )
    ).first()
    if twin is not None:
        raise Conflict("channel.name", "There is a channel of this name.", "已有同名渠道。", field="name")
    for group in groups:
        if group not in GROUP_ROLES:
            raise Invalid(
                "channel.group", "There is no group '{group}'.", "没有工作组“{group}”。", field="groups", group=group
            )
    check_address(row.kind, address, allow_private=op.host.settings.allow_private_webhooks)
    check_secret(row.kind, row.secret)
    row.address, row.groups, row.enabled = address, sorted(set(groups)), enabled
    row.options = checked_options(row.kind, options)
    row.version += 1
    row.changed_at, row.changed_by = op.now, op.caller.id

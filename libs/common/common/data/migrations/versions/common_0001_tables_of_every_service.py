"""tables of every service"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from common.audit.ddl import append_only_ddl
from common.data import types
from common.data.rls import wall

revision = "common_0001"
down_revision = None
branch_labels = ("common",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", types.Instant(length=27), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_log_site_at"), ["site", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_log_site_subject"), ["site", "subject"], unique=False)

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", types.Instant(length=27), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("site", "position", name=op.f("uq_audit_entry_site_position")),
    )
    op.create_table(
        "audit_head",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "calendar_copy",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "day", name=op.f("pk_calendar_copy")),
    )
    op.create_table(
        "delivery",
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("arrived_at", types.Instant(length=27), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", types.Instant(length=27), nullable=False),
        sa.Column("parked_at", types.Instant(length=27), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", "source", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_due", ["parked_at", "next_at"], unique=False)

    op.create_table(
        "duty_clock",
        sa.Column("duty", sa.String(length=80), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("next_at", types.Instant(length=27), nullable=False),
        sa.Column("last_at", types.Instant(length=27), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("duty", "site", name=op.f("pk_duty_clock")),
    )
    op.create_table(
        "event_log",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("published_at", types.Instant(length=27), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_event_log")),
        sa.UniqueConstraint("id", name=op.f("uq_event_log_id")),
    )
    with op.batch_alter_table("event_log", schema=None) as batch_op:
        batch_op.create_index("ix_event_log_site_position", ["site", "position"], unique=False)

    op.create_table(
        "idempotency_key",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", types.Instant(length=27), nullable=False),
        sa.PrimaryKeyConstraint("site", "scope", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("handled_at", types.Instant(length=27), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "source", "event_id", name=op.f("pk_inbox")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_at", ["handled_at"], unique=False)

    op.create_table(
        "job_run",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("job", sa.String(length=120), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("done_at", types.Instant(length=27), nullable=False),
        sa.PrimaryKeyConstraint("site", "job", "day", name=op.f("pk_job_run")),
    )
    op.create_table(
        "key_copy",
        sa.Column("kid", sa.String(length=80), nullable=False),
        sa.Column("jwk", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("not_after", types.Instant(length=27), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_key_copy")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.Instant(length=27), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", types.Instant(length=27), nullable=True),
        sa.Column("parked_at", types.Instant(length=27), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_order", ["urgent", "id"], unique=False)

    op.create_table(
        "protocol_copy",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("document", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol_copy")),
    )
    with op.batch_alter_table("protocol_copy", schema=None) as batch_op:
        batch_op.create_index("ix_protocol_copy_day", ["site", "effective_from"], unique=False)

    op.create_table(
        "revocation_copy",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=80), nullable=False),
        sa.Column("token_id", sa.String(length=36), nullable=True),
        sa.Column("before", types.Instant(length=27), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation_copy")),
    )
    with op.batch_alter_table("revocation_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revocation_copy_account_id"), ["account_id"], unique=False)

    op.create_table(
        "site_copy",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("settings", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_site_copy")),
    )
    op.create_table(
        "audit_particulars",
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("particulars", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_particulars_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_particulars")),
    )
    for table in ("audit_entry", "access_log"):
        for statement in append_only_ddl(table, op.get_bind().dialect.name, deletable=table == "access_log"):
            op.execute(sa.text(statement.replace(":", "\\:")))
    wall(
        op,
        scoped=(
            "access_log", "audit_entry", "audit_particulars", "audit_head", "calendar_copy", "protocol_copy",
            "event_log", "idempotency_key",
        ),
        plain=(
            "delivery", "duty_clock", "inbox", "job_run", "key_copy", "outbox", "revocation_copy", "site_copy",
            "alembic_version",
        ),
        sequences=("event_log_position_seq",),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("audit_particulars")
    op.drop_table("site_copy")
    with op.batch_alter_table("revocation_copy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revocation_copy_account_id"))

    op.drop_table("revocation_copy")
    with op.batch_alter_table("protocol_copy", schema=None) as batch_op:
        batch_op.drop_index("ix_protocol_copy_day")

    op.drop_table("protocol_copy")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_order")

    op.drop_table("outbox")
    op.drop_table("key_copy")
    op.drop_table("job_run")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index("ix_inbox_at")

    op.drop_table("inbox")
    op.drop_table("idempotency_key")
    with op.batch_alter_table("event_log", schema=None) as batch_op:
        batch_op.drop_index("ix_event_log_site_position")

    op.drop_table("event_log")
    op.drop_table("duty_clock")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_due")

    op.drop_table("delivery")
    op.drop_table("calendar_copy")
    op.drop_table("audit_head")
    op.drop_table("audit_entry")
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_log_site_subject"))
        batch_op.drop_index(batch_op.f("ix_access_log_site_at"))

    op.drop_table("access_log")

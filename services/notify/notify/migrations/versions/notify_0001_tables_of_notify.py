"""tables of notify"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from common.data import types
from common.data.rls import wall

revision = "notify_0001"
down_revision = None
branch_labels = ("notify",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("cause_type", sa.String(length=120), nullable=False),
        sa.Column("cause_id", sa.String(length=120), nullable=False),
        sa.Column("check_id", sa.String(length=36), nullable=True),
        sa.Column("incident_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title_zh", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("mark_confirmed_at", types.Instant(length=27), nullable=True),
        sa.Column("group", sa.String(length=20), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("reaches_nobody", sa.Boolean(), nullable=False),
        sa.Column("entrance", sa.String(length=120), nullable=False),
        sa.Column("masked_name", sa.String(length=120), nullable=False),
        sa.Column("reading", types.ScaledDecimal(2), nullable=True),
        sa.Column("found_at", types.Instant(length=27), nullable=False),
        sa.Column("raised_at", types.Instant(length=27), nullable=False),
        sa.Column("first_sent_at", types.Instant(length=27), nullable=True),
        sa.Column("acknowledged_at", types.Instant(length=27), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=100), nullable=True),
        sa.Column("acknowledged_name", types.Encrypted("notify.alert.acknowledged_name"), nullable=True),
        sa.Column("closed_at", types.Instant(length=27), nullable=True),
        sa.Column("ladder", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("ladder_version", sa.Integer(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("site", "cause_type", "cause_id", name=op.f("uq_alert_site_cause_type_cause_id")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index("ix_alert_change", ["site", "change"], unique=False)
        batch_op.create_index("ix_alert_check", ["site", "check_id"], unique=False)
        batch_op.create_index("ix_alert_incident", ["site", "incident_id"], unique=False)
        batch_op.create_index("ix_alert_state", ["site", "state", "id"], unique=False)

    op.create_table(
        "alert_entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("at", types.Instant(length=27), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("by_ref", sa.String(length=100), nullable=False),
        sa.Column("by_name", types.Encrypted("notify.alert_entry.by_name"), nullable=True),
        sa.Column("details", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_entry")),
    )
    with op.batch_alter_table("alert_entry", schema=None) as batch_op:
        batch_op.create_index("ix_alert_entry_alert", ["site", "alert_id", "id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("channel_id", sa.String(length=36), nullable=False),
        sa.Column("channel_kind", sa.String(length=20), nullable=False),
        sa.Column("message_ids", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("at", types.Instant(length=27), nullable=False),
        sa.Column("ended_at", types.Instant(length=27), nullable=True),
        sa.Column("ok", sa.Boolean(), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("answer_code", sa.String(length=80), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index("ix_attempt_channel", ["site", "channel_id", "at"], unique=False)

    op.create_table(
        "cause_note",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("at", types.Instant(length=27), nullable=False),
        sa.Column("details", types.JsonDoc(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "subject", "what", name=op.f("pk_cause_note")),
    )
    with op.batch_alter_table("cause_note", schema=None) as batch_op:
        batch_op.create_index("ix_cause_note_at", ["site", "at"], unique=False)

    op.create_table(
        "change_counter",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_change_counter")),
    )
    op.create_table(
        "channel_config",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("groups", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("address", types.Encrypted("notify.channel_config.address"), nullable=False),
        sa.Column("secret", types.Encrypted("notify.channel_config.secret"), nullable=True),
        sa.Column("options", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", types.Instant(length=27), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_config")),
        sa.UniqueConstraint("site", "name", name=op.f("uq_channel_config_site_name")),
    )
    op.create_table(
        "duty_person",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("group", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("site", "group", "day", "person_id", name=op.f("pk_duty_person")),
    )
    op.create_table(
        "group_copy",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("members", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("leader_in_charge", sa.String(length=36), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "code", name=op.f("pk_group_copy")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=True),
        sa.Column("channel_id", sa.String(length=36), nullable=False),
        sa.Column("channel_kind", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=36), nullable=False),
        sa.Column("recipient_name", sa.String(length=120), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=250), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("line", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", types.Instant(length=27), nullable=False),
        sa.Column("next_at", types.Instant(length=27), nullable=True),
        sa.Column("claimed_at", types.Instant(length=27), nullable=True),
        sa.Column("delivered_at", types.Instant(length=27), nullable=True),
        sa.Column("answer_code", sa.String(length=80), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "site", "alert_id", "recipient", "channel_id", name=op.f("uq_message_site_alert_id_recipient_channel_id")
        ),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_created", ["site", "created_at"], unique=False)
        batch_op.create_index("ix_message_due", ["site", "state", "next_at"], unique=False)

    op.create_table(
        "person_copy",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("staff_number", sa.String(length=40), nullable=False),
        sa.Column("masked_name", sa.String(length=120), nullable=False),
        sa.Column("name", types.Encrypted("notify.person_copy.name"), nullable=True),
        sa.Column("phone", types.Encrypted("notify.person_copy.phone"), nullable=True),
        sa.Column("email", types.Encrypted("notify.person_copy.email"), nullable=True),
        sa.Column("roles", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("leaves", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_person_copy")),
    )
    op.create_table(
        "person_role",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("site", "role", "person_id", name=op.f("pk_person_role")),
    )
    with op.batch_alter_table("person_role", schema=None) as batch_op:
        batch_op.create_index("ix_person_role_person", ["site", "person_id"], unique=False)

    op.create_table(
        "route",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("event_type", sa.String(length=120), nullable=False),
        sa.Column("group", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("ladder", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", types.Instant(length=27), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("site", "event_type", name=op.f("pk_route")),
    )
    op.create_table(
        "timer",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("alert_id", sa.String(length=36), nullable=False),
        sa.Column("ladder_version", sa.Integer(), nullable=False),
        sa.Column("due_at", types.Instant(length=27), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
        sa.UniqueConstraint("alert_id", "ladder_version", name=op.f("uq_timer_alert_id_ladder_version")),
    )
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.create_index("ix_timer_due", ["site", "due_at"], unique=False)
    wall(
        op,
        scoped=(
            "alert",
            "alert_entry",
            "attempt",
            "cause_note",
            "channel_config",
            "duty_person",
            "group_copy",
            "message",
            "person_copy",
            "person_role",
            "route",
            "timer",
        ),
        plain=("change_counter",),
    )


def downgrade() -> None:
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_index("ix_timer_due")

    op.drop_table("timer")
    op.drop_table("route")
    with op.batch_alter_table("person_role", schema=None) as batch_op:
        batch_op.drop_index("ix_person_role_person")

    op.drop_table("person_role")
    op.drop_table("person_copy")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_due")
        batch_op.drop_index("ix_message_created")

    op.drop_table("message")
    op.drop_table("group_copy")
    op.drop_table("duty_person")
    op.drop_table("channel_config")
    op.drop_table("change_counter")
    with op.batch_alter_table("cause_note", schema=None) as batch_op:
        batch_op.drop_index("ix_cause_note_at")

    op.drop_table("cause_note")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_attempt_channel")

    op.drop_table("attempt")
    with op.batch_alter_table("alert_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_entry_alert")

    op.drop_table("alert_entry")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_state")
        batch_op.drop_index("ix_alert_incident")
        batch_op.drop_index("ix_alert_check")
        batch_op.drop_index("ix_alert_change")

    op.drop_table("alert")

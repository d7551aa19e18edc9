"""incidents with steps and timeline"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from common.data import types
from common.data.rls import wall

revision = "isolation_0001"
down_revision = None
branch_labels = ("isolation",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "destruction",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", types.Instant(length=27), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("older_than", types.Instant(length=27), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("numbers", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction")),
    )
    with op.batch_alter_table("destruction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_destruction_site_at"), ["site", "at"], unique=False)

    op.create_table(
        "early_event",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("check_id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("arrived_at", types.Instant(length=27), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_event")),
    )
    with op.batch_alter_table("early_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_early_event_site_arrived_at"), ["site", "arrived_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_early_event_site_check_id"), ["site", "check_id"], unique=False)

    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("check_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("found_at", types.Instant(length=27), nullable=False),
        sa.Column("recorded_at", types.Instant(length=27), nullable=False),
        sa.Column("opened_at", types.Instant(length=27), nullable=False),
        sa.Column("counted_from", types.Instant(length=27), nullable=False),
        sa.Column("reading", types.ScaledDecimal(2), nullable=True),
        sa.Column("entrance_id", sa.String(length=36), nullable=True),
        sa.Column("place_name", sa.String(length=120), nullable=False),
        sa.Column("reasons", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("reason_words", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("protocol_code", sa.String(length=60), nullable=False),
        sa.Column("limits", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("reported_by", sa.String(length=100), nullable=False),
        sa.Column("person_kind", sa.String(length=12), nullable=False),
        sa.Column("person_ref", sa.String(length=100), nullable=True),
        sa.Column("person_key", sa.String(length=64), nullable=True),
        sa.Column("staff_number", sa.String(length=40), nullable=True),
        sa.Column("masked_name", sa.String(length=60), nullable=False),
        sa.Column("person_sequence", sa.Integer(), nullable=False),
        sa.Column("name", types.Encrypted("isolation.incident.name"), nullable=True),
        sa.Column("phone", types.Encrypted("isolation.incident.phone"), nullable=True),
        sa.Column("document_type", sa.String(length=20), nullable=True),
        sa.Column("document_number", types.Encrypted("isolation.incident.document_number"), nullable=True),
        sa.Column("suggestion", sa.String(length=20), nullable=False),
        sa.Column("confirmed_mark", sa.String(length=20), nullable=True),
        sa.Column("first_alert_at", types.Instant(length=27), nullable=True),
        sa.Column("acknowledged_at", types.Instant(length=27), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=60), nullable=True),
        sa.Column("unanswered_at", types.Instant(length=27), nullable=True),
        sa.Column("authority_owed", sa.Boolean(), nullable=False),
        sa.Column("authority_told_at", types.Instant(length=27), nullable=True),
        sa.Column("closed_at", types.Instant(length=27), nullable=True),
        sa.Column("closed_by", sa.String(length=60), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_incident_closed")),
        sa.CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_incident_outcome")),
        sa.CheckConstraint("kind IN ('fever', 'symptom', 'manual_hold')", name=op.f("ck_incident_kind")),
        sa.CheckConstraint("severity IN ('ordinary', 'severe')", name=op.f("ck_incident_severity")),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_incident_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("site", "check_id", name=op.f("uq_incident_site_check_id")),
        sa.UniqueConstraint("site", "year", "place", name=op.f("uq_incident_site_year_place")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_site_closed_at"), ["site", "closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_site_day_id"), ["site", "day", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_site_person_key"), ["site", "person_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_site_state_id"), ["site", "state", "id"], unique=False)

    op.create_table(
        "incident_counter",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "year", name=op.f("pk_incident_counter")),
    )
    op.create_table(
        "person_copy",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("staff_number", sa.String(length=40), nullable=False),
        sa.Column("masked_name", sa.String(length=60), nullable=False),
        sa.Column("name", types.Encrypted("isolation.person_copy.name"), nullable=True),
        sa.Column("section", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_copy")),
    )
    with op.batch_alter_table("person_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_copy_site_staff_number"), ["site", "staff_number"], unique=False)

    op.create_table(
        "incident_alert",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("cause_type", sa.String(length=120), nullable=True),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("raised_at", types.Instant(length=27), nullable=True),
        sa.Column("first_sent_at", types.Instant(length=27), nullable=True),
        sa.Column("acknowledged_at", types.Instant(length=27), nullable=True),
        sa.Column("acknowledged_ref", sa.String(length=100), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=60), nullable=True),
        sa.Column("exhausted_at", types.Instant(length=27), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_alert_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_alert")),
    )
    with op.batch_alter_table("incident_alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_alert_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "incident_check",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("check_id", sa.String(length=36), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=True),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("heard_at", types.Instant(length=27), nullable=False),
        sa.Column("measured_at", types.Instant(length=27), nullable=True),
        sa.Column("reading", types.ScaledDecimal(2), nullable=True),
        sa.Column("normal", sa.Boolean(), nullable=True),
        sa.Column("thermometer", sa.String(length=80), nullable=True),
        sa.Column("voided_at", types.Instant(length=27), nullable=True),
        sa.CheckConstraint("role IN ('unknown', 'first', 'retest')", name=op.f("ck_incident_check_role")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_check_incident_id")),
        sa.PrimaryKeyConstraint("site", "check_id", name=op.f("pk_incident_check")),
    )
    with op.batch_alter_table("incident_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_check_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_check_site_heard_at"), ["site", "heard_at"], unique=False)

    op.create_table(
        "incident_link",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("first_id", sa.String(length=36), nullable=False),
        sa.Column("second_id", sa.String(length=36), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("linked_at", types.Instant(length=27), nullable=False),
        sa.Column("linked_by", sa.String(length=100), nullable=False),
        sa.Column("linked_name", sa.String(length=60), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_incident_link_order")),
        sa.ForeignKeyConstraint(["first_id"], ["incident.id"], name=op.f("fk_incident_link_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["incident.id"], name=op.f("fk_incident_link_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_link")),
        sa.UniqueConstraint("site", "first_id", "second_id", name=op.f("uq_incident_link_site_first_id_second_id")),
    )
    with op.batch_alter_table("incident_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_link_second_id"), ["second_id"], unique=False)

    op.create_table(
        "incident_step",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("obligatory", sa.Boolean(), nullable=False),
        sa.Column("within_minutes", sa.Integer(), nullable=False),
        sa.Column("due_at", types.Instant(length=27), nullable=False),
        sa.Column("phones", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("outcomes", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("overdue_told_at", types.Instant(length=27), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(state = 'open') = (record_id IS NULL)", name=op.f("ck_incident_step_record")),
        sa.CheckConstraint("state IN ('open', 'done', 'not_needed')", name=op.f("ck_incident_step_state")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_step_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_step")),
        sa.UniqueConstraint("incident_id", "code", name=op.f("uq_incident_step_incident_id_code")),
    )
    with op.batch_alter_table("incident_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incident_step_site_state_due_at"), ["site", "state", "due_at"], unique=False
        )

    op.create_table(
        "timeline_entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("at", types.Instant(length=27), nullable=False),
        sa.Column("recorded_at", types.Instant(length=27), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("params", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("text", types.Encrypted("isolation.timeline_entry.text"), nullable=True),
        sa.Column("actor_ref", sa.String(length=100), nullable=False),
        sa.Column("actor_name", sa.String(length=60), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_timeline_entry_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_entry")),
    )
    with op.batch_alter_table("timeline_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timeline_entry_incident_id_at"), ["incident_id", "at"], unique=False)

    op.create_table(
        "step_record",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("incident_id", sa.String(length=36), nullable=False),
        sa.Column("step_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("outcome", types.Encrypted("isolation.step_record.outcome"), nullable=False),
        sa.Column("note", types.Encrypted("isolation.step_record.note"), nullable=False),
        sa.Column("receipt", types.Encrypted("isolation.step_record.receipt"), nullable=False),
        sa.Column("done_at", types.Instant(length=27), nullable=False),
        sa.Column("recorded_at", types.Instant(length=27), nullable=False),
        sa.Column("by_ref", sa.String(length=100), nullable=False),
        sa.Column("by_name", sa.String(length=60), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("preset", sa.Boolean(), nullable=False),
        sa.Column("reason", types.Encrypted("isolation.step_record.reason"), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_step_record_incident_id")),
        sa.ForeignKeyConstraint(["step_id"], ["incident_step.id"], name=op.f("fk_step_record_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_record")),
    )
    with op.batch_alter_table("step_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_step_record_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_step_record_step_id"), ["step_id"], unique=False)

    wall(
        op,
        scoped=(
            "destruction",
            "early_event",
            "incident",
            "incident_counter",
            "person_copy",
            "incident_alert",
            "incident_check",
            "incident_link",
            "incident_step",
            "timeline_entry",
            "step_record",
        ),
    )


def downgrade() -> None:
    with op.batch_alter_table("step_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_step_record_step_id"))
        batch_op.drop_index(batch_op.f("ix_step_record_incident_id"))

    op.drop_table("step_record")
    with op.batch_alter_table("timeline_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_timeline_entry_incident_id_at"))

    op.drop_table("timeline_entry")
    with op.batch_alter_table("incident_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_step_site_state_due_at"))

    op.drop_table("incident_step")
    with op.batch_alter_table("incident_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_link_second_id"))

    op.drop_table("incident_link")
    with op.batch_alter_table("incident_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_check_site_heard_at"))
        batch_op.drop_index(batch_op.f("ix_incident_check_incident_id"))

    op.drop_table("incident_check")
    with op.batch_alter_table("incident_alert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_alert_incident_id"))

    op.drop_table("incident_alert")
    with op.batch_alter_table("person_copy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_copy_site_staff_number"))

    op.drop_table("person_copy")
    op.drop_table("incident_counter")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_site_state_id"))
        batch_op.drop_index(batch_op.f("ix_incident_site_person_key"))
        batch_op.drop_index(batch_op.f("ix_incident_site_day_id"))
        batch_op.drop_index(batch_op.f("ix_incident_site_closed_at"))

    op.drop_table("incident")
    with op.batch_alter_table("early_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_early_event_site_check_id"))
        batch_op.drop_index(batch_op.f("ix_early_event_site_arrived_at"))

    op.drop_table("early_event")
    with op.batch_alter_table("destruction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_destruction_site_at"))

    op.drop_table("destruction")

"""entrances, people, checks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from common.data import types
from common.data.rls import wall

revision = "screening_0001"
down_revision = None
branch_labels = ("screening",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "destruction",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", types.Instant(length=27), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("kept_days", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction")),
    )
    with op.batch_alter_table("destruction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_destruction_site_at"), ["site", "at"], unique=False)

    op.create_table(
        "hall",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall")),
        sa.UniqueConstraint("site", "name", name=op.f("uq_hall_site_name")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column(
            "name", sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "initials",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("document_type", sa.String(length=40), nullable=True),
        sa.Column("document_number", sa.LargeBinary(), nullable=True),
        sa.Column("document_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("document_last4", sa.LargeBinary(length=16), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("phone_last4", sa.LargeBinary(length=16), nullable=True),
        sa.Column("person_key", sa.String(length=64), nullable=True),
        sa.Column("company", sa.String(length=120), nullable=True),
        sa.Column("staff_number", sa.String(length=40), nullable=True),
        sa.Column("badge", sa.String(length=80), nullable=True),
        sa.Column("section", sa.String(length=120), nullable=False),
        sa.Column("leaves", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("last_seen_at", types.Instant(length=27), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint("kind = 'visitor' OR staff_number IS NOT NULL", name=op.f("ck_person_staff_number")),
        sa.CheckConstraint("kind IN ('staff', 'contractor', 'visitor')", name=op.f("ck_person_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_site_badge"), ["site", "badge"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_site_document_index"), ["site", "document_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_site_document_last4"), ["site", "document_last4"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_site_initials"), ["site", "initials"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_person_site_kind_last_seen_at"), ["site", "kind", "last_seen_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_person_site_name"), ["site", "name"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_site_phone_index"), ["site", "phone_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_site_phone_last4"), ["site", "phone_last4"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_site_staff_number"), ["site", "staff_number"], unique=False)
        batch_op.create_index(
            "uq_person_visitor_document",
            ["site", "document_index"],
            unique=True,
            sqlite_where=sa.text("kind = 'visitor'"),
            postgresql_where=sa.text("kind = 'visitor'"),
        )

    op.create_table(
        "entrance",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("hall_id", sa.String(length=36), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("opening", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("closed_days", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_entrance_hall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entrance")),
        sa.UniqueConstraint("site", "code", name=op.f("uq_entrance_site_code")),
    )
    with op.batch_alter_table("entrance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entrance_site_hall_id"), ["site", "hall_id"], unique=False)

    op.create_table(
        "entrance_check",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("key_digest", sa.String(length=32), nullable=False),
        sa.Column("entrance_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measured_at", types.Instant(length=27), nullable=False),
        sa.Column("recorded_at", types.Instant(length=27), nullable=False),
        sa.Column("person_kind", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("staff_number", sa.String(length=40), nullable=True),
        sa.Column("particulars", sa.LargeBinary(), nullable=True),
        sa.Column("company", sa.String(length=120), nullable=True),
        sa.Column("purpose", sa.String(length=200), nullable=True),
        sa.Column("reading", sa.BigInteger(), nullable=True),
        sa.Column("boundary", sa.BigInteger(), nullable=False),
        sa.Column("fever", sa.Boolean(), nullable=False),
        sa.Column("mask", sa.Boolean(), nullable=True),
        sa.Column("refused_measurement", sa.Boolean(), nullable=False),
        sa.Column("symptoms", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("manual_hold", sa.String(length=200), nullable=True),
        sa.Column("thermometer", sa.String(length=40), nullable=True),
        sa.Column("decision", sa.String(length=8), nullable=False),
        sa.Column("reasons", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("advice", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("protocol_code", sa.String(length=60), nullable=False),
        sa.Column("notice_version", sa.String(length=20), nullable=False),
        sa.Column("guard_ref", sa.String(length=100), nullable=False),
        sa.Column("guard_name", sa.String(length=60), nullable=False),
        sa.Column("first_id", sa.String(length=36), nullable=True),
        sa.Column("link", sa.String(length=12), nullable=True),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("import_id", sa.String(length=36), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("departed_at", types.Instant(length=27), nullable=True),
        sa.Column("voided_at", types.Instant(length=27), nullable=True),
        sa.Column("voided_by", sa.String(length=100), nullable=True),
        sa.Column("void_reason", sa.String(length=200), nullable=True),
        sa.Column("completed_at", types.Instant(length=27), nullable=True),
        sa.Column("completed_by", sa.String(length=100), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(link IS NULL) OR link IN ('retest', 'mask_given')", name=op.f("ck_entrance_check_link")),
        sa.CheckConstraint("(person_kind = 'unnamed') = (person_id IS NULL)", name=op.f("ck_entrance_check_person")),
        sa.CheckConstraint("NOT fever OR decision = 'hold'", name=op.f("ck_entrance_check_fever_holds")),
        sa.CheckConstraint("decision IN ('admit', 'refuse', 'hold')", name=op.f("ck_entrance_check_decision")),
        sa.CheckConstraint(
            "manual_hold IS NULL OR decision = 'hold'", name=op.f("ck_entrance_check_manual_hold_holds")
        ),
        sa.CheckConstraint(
            "person_kind IN ('staff', 'visitor', 'unnamed')", name=op.f("ck_entrance_check_person_kind")
        ),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (void_reason IS NULL) AND (voided_at IS NULL) = (voided_by IS NULL)",
            name=op.f("ck_entrance_check_void"),
        ),
        sa.CheckConstraint(
            "CASE WHEN reading IS NULL THEN NOT fever ELSE fever = (reading >= boundary) END",
            name=op.f("ck_entrance_check_fever_by_boundary"),
        ),
        sa.CheckConstraint(
            "departed_at IS NULL OR departed_at >= measured_at", name=op.f("ck_entrance_check_departure")
        ),
        sa.CheckConstraint("import_id IS NULL OR imported", name=op.f("ck_entrance_check_import")),
        sa.CheckConstraint(
            "reading IS NOT NULL OR refused_measurement OR manual_hold IS NOT NULL",
            name=op.f("ck_entrance_check_measured_or_refused"),
        ),
        sa.CheckConstraint(
            "reading IS NULL OR NOT refused_measurement", name=op.f("ck_entrance_check_refused_is_not_measured")
        ),
        sa.ForeignKeyConstraint(["entrance_id"], ["entrance.id"], name=op.f("fk_entrance_check_entrance_id")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["entrance_check.id"], name=op.f("fk_entrance_check_first_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_entrance_check_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entrance_check")),
        sa.UniqueConstraint("site", "key", name=op.f("uq_entrance_check_site_key")),
    )
    with op.batch_alter_table("entrance_check", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_entrance_check_site_day_entrance_id_measured_at"),
            ["site", "day", "entrance_id", "measured_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_entrance_check_site_first_id"), ["site", "first_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entrance_check_site_import_id"), ["site", "import_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_entrance_check_site_measured_at_id"), ["site", "measured_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_entrance_check_site_person_id_measured_at"),
            ["site", "person_id", "measured_at"],
            unique=False,
        )

    op.create_table(
        "handover",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("entrance_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", types.Instant(length=27), nullable=False),
        sa.Column("from_ref", sa.String(length=100), nullable=False),
        sa.Column("from_name", sa.String(length=60), nullable=False),
        sa.Column("to_ref", sa.String(length=100), nullable=False),
        sa.Column("to_name", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["entrance_id"], ["entrance.id"], name=op.f("fk_handover_entrance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_handover_site_day_entrance_id"), ["site", "day", "entrance_id"], unique=False
        )

    op.create_table(
        "sealed_day",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("entrance_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sealed_at", types.Instant(length=27), nullable=False),
        sa.ForeignKeyConstraint(["entrance_id"], ["entrance.id"], name=op.f("fk_sealed_day_entrance_id")),
        sa.PrimaryKeyConstraint("site", "entrance_id", "day", name=op.f("pk_sealed_day")),
    )
    wall(op, scoped=["destruction", "hall", "person", "entrance", "entrance_check", "handover", "sealed_day"])


def downgrade() -> None:
    op.drop_table("sealed_day")
    op.drop_table("handover")
    op.drop_table("entrance_check")
    op.drop_table("entrance")
    op.drop_table("person")
    op.drop_table("hall")
    op.drop_table("destruction")

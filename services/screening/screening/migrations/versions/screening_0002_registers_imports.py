"""registers imports"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from common.data import types
from common.data.rls import wall

revision = "screening_0002"
down_revision = "screening_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "monitoring_group",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("leaders", types.JsonDoc(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_monitoring_group")),
    )
    op.create_table(
        "paper_import",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("entrance_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("by_ref", sa.String(length=100), nullable=False),
        sa.Column("by_name", sa.String(length=60), nullable=False),
        sa.Column("started_at", types.Instant(length=27), nullable=False),
        sa.Column("progress_at", types.Instant(length=27), nullable=False),
        sa.Column("finished_at", types.Instant(length=27), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("counts", types.JsonDoc(), nullable=False),
        sa.Column("notes", types.JsonDoc(), nullable=False),
        sa.Column("layouts", types.Encrypted("screening.paper_import.layouts"), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name=op.f("ck_paper_import_finished")),
        sa.CheckConstraint("kind IN ('register', 'staff_temperatures')", name=op.f("ck_paper_import_kind")),
        sa.CheckConstraint("state IN ('running', 'done')", name=op.f("ck_paper_import_state")),
        sa.ForeignKeyConstraint(["entrance_id"], ["entrance.id"], name=op.f("fk_paper_import_entrance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_import")),
    )
    with op.batch_alter_table("paper_import", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_paper_import_site_started_at_id"), ["site", "started_at", "id"], unique=False
        )

    op.create_table(
        "register",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("entrance_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sealed_at", types.Instant(length=27), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "(version = 0) = (head IS NULL) AND (version = 0) = (sealed_at IS NULL)", name=op.f("ck_register_sealed")
        ),
        sa.ForeignKeyConstraint(["entrance_id"], ["entrance.id"], name=op.f("fk_register_entrance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register")),
        sa.UniqueConstraint("site", "entrance_id", "day", name=op.f("uq_register_site_entrance_id_day")),
    )
    with op.batch_alter_table("register", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_register_site_day"), ["site", "day"], unique=False)

    op.create_table(
        "register_chain",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("entrance_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(["entrance_id"], ["entrance.id"], name=op.f("fk_register_chain_entrance_id")),
        sa.PrimaryKeyConstraint("site", "entrance_id", name=op.f("pk_register_chain")),
    )
    op.create_table(
        "paper_line",
        sa.Column("import_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(length=60), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("content", types.Encrypted("screening.paper_line.content"), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint("outcome IN ('refused', 'not_measured', 'warning')", name=op.f("ck_paper_line_outcome")),
        sa.ForeignKeyConstraint(["import_id"], ["paper_import.id"], name=op.f("fk_paper_line_import_id")),
        sa.PrimaryKeyConstraint("import_id", "place", name=op.f("pk_paper_line")),
    )
    with op.batch_alter_table("paper_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_line_site_import_id"), ["site", "import_id"], unique=False)

    op.create_table(
        "register_row",
        sa.Column("register_id", sa.String(length=36), nullable=False),
        sa.Column("check_id", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column("content", types.Encrypted("screening.register_row.content"), nullable=True),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(content IS NULL) = (salt IS NULL)", name=op.f("ck_register_row_erased")),
        sa.ForeignKeyConstraint(["register_id"], ["register.id"], name=op.f("fk_register_row_register_id")),
        sa.PrimaryKeyConstraint("register_id", "check_id", "sequence", name=op.f("pk_register_row")),
    )
    with op.batch_alter_table("register_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_register_row_register_id_until"), ["register_id", "until"], unique=False)

    op.create_table(
        "register_seal",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("register_id", sa.String(length=36), nullable=False),
        sa.Column("entrance_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sealed_at", types.Instant(length=27), nullable=False),
        sa.Column("header", types.JsonDoc(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.Column("by_ref", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["entrance_id"], ["entrance.id"], name=op.f("fk_register_seal_entrance_id")),
        sa.ForeignKeyConstraint(["register_id"], ["register.id"], name=op.f("fk_register_seal_register_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_seal")),
        sa.UniqueConstraint("register_id", "version", name=op.f("uq_register_seal_register_id_version")),
        sa.UniqueConstraint("site", "entrance_id", "position", name=op.f("uq_register_seal_site_entrance_id_position")),
    )
    op.create_table(
        "register_signature",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("register_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("guard_ref", sa.String(length=100), nullable=False),
        sa.Column("guard_name", sa.String(length=60), nullable=False),
        sa.Column("at", types.Instant(length=27), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("by_ref", sa.String(length=100), nullable=True),
        sa.Column("by_name", sa.String(length=60), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "(by_ref IS NULL) = (reason IS NULL) AND (by_ref IS NULL) = (by_name IS NULL)",
            name=op.f("ck_register_signature_on_behalf"),
        ),
        sa.ForeignKeyConstraint(["register_id"], ["register.id"], name=op.f("fk_register_signature_register_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_signature")),
        sa.UniqueConstraint(
            "register_id", "version", "guard_ref", name=op.f("uq_register_signature_register_id_version_guard_ref")
        ),
    )
    wall(
        op,
        scoped=[
            "monitoring_group",
            "paper_import",
            "paper_line",
            "register",
            "register_chain",
            "register_row",
            "register_seal",
            "register_signature",
        ],
    )


def downgrade() -> None:
    op.drop_table("register_signature")
    op.drop_table("register_seal")
    op.drop_table("register_row")
    op.drop_table("paper_line")
    op.drop_table("register_chain")
    op.drop_table("register")
    op.drop_table("paper_import")
    op.drop_table("monitoring_group")

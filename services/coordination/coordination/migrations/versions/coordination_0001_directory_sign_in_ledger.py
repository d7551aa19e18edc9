"""directory, sign-in, protocols, ledger"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from common.data import types
from common.data.rls import wall

revision = "coordination_0001"
down_revision = None
branch_labels = ("coordination",)
depends_on = None

SCOPED = (
    "adoption",
    "calendar_year",
    "chart_entry",
    "filing",
    "filing_place",
    "group_member",
    "import_run",
    "leave_days",
    "own_day",
    "person",
    "section",
    "work_group",
)
PLAIN = ("account", "held_role", "issued_session", "one_time_link", "signing_key", "site", "throttle")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("home_site", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("pin_hash", sa.String(length=200), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("sessions_from", types.Instant(length=27), nullable=True),
        sa.Column("last_sign_in", types.Instant(length=27), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        sa.UniqueConstraint("ref", name=op.f("uq_account_ref")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_home_site"), ["home_site"], unique=False)

    op.create_table(
        "adoption",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("protocol_code", sa.String(length=60), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("document", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("adopted_by", sa.String(length=80), nullable=False),
        sa.Column("adopted_at", types.Instant(length=27), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint("effective_to IS NULL OR effective_to >= effective_from", name=op.f("ck_adoption_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption")),
        sa.UniqueConstraint("site", "version", name=op.f("uq_adoption_site_version")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "chart_entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("holder_id", sa.String(length=36), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint("last_day IS NULL OR last_day >= first_day", name=op.f("ck_chart_entry_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chart_entry")),
    )
    with op.batch_alter_table("chart_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_chart_entry_site_kind_subject_id"), ["site", "kind", "subject_id"], unique=False
        )

    op.create_table(
        "filing",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("place_code", sa.String(length=60), nullable=False),
        sa.Column("place_name", sa.String(length=120), nullable=False),
        sa.Column("due_at", types.Instant(length=27), nullable=True),
        sa.Column("filed_at", types.Instant(length=27), nullable=True),
        sa.Column("sealed_at", types.Instant(length=27), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("register_id", sa.String(length=64), nullable=False),
        sa.Column("head", sa.String(length=128), nullable=False),
        sa.Column("previous", sa.String(length=128), nullable=True),
        sa.Column("signers", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("counts", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("amendment_reason", sa.String(length=500), nullable=False),
        sa.Column("overdue_told_at", types.Instant(length=27), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
        sa.UniqueConstraint("site", "kind", "place_id", "day", name=op.f("uq_filing_site_kind_place_id_day")),
    )
    with op.batch_alter_table("filing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_site_day"), ["site", "day"], unique=False)

    op.create_table(
        "filing_place",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("hall", sa.String(length=120), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("opening", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("closed_days", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("owes_from", sa.Date(), nullable=False),
        sa.Column("known_at", types.Instant(length=27), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_place")),
    )
    op.create_table(
        "held_role",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("given_at", types.Instant(length=27), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "site", "role", name=op.f("pk_held_role")),
    )
    with op.batch_alter_table("held_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_held_role_site_role"), ["site", "role"], unique=False)

    op.create_table(
        "import_run",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sent_at", types.Instant(length=27), nullable=False),
        sa.Column("sent_by", sa.String(length=80), nullable=False),
        sa.Column("outcome", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("refused_file", sa.LargeBinary(), nullable=True),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_run_site_digest"), ["site", "digest"], unique=False)

    op.create_table(
        "issued_session",
        sa.Column("token_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("issued_at", types.Instant(length=27), nullable=False),
        sa.Column("expires_at", types.Instant(length=27), nullable=False),
        sa.Column("vouched_by", sa.String(length=36), nullable=True),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_issued_session")),
    )
    with op.batch_alter_table("issued_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_issued_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_issued_session_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_issued_session_vouched_by"), ["vouched_by"], unique=False)

    op.create_table(
        "one_time_link",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("expires_at", types.Instant(length=27), nullable=False),
        sa.Column("used_at", types.Instant(length=27), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_one_time_link")),
    )
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "own_day",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("site", "day", name=op.f("pk_own_day")),
    )
    op.create_table(
        "section",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("leadership", sa.Boolean(), nullable=False),
        sa.Column("head_id", sa.String(length=36), nullable=True),
        sa.Column("deputy_id", sa.String(length=36), nullable=True),
        sa.Column("vacant_post", sa.String(length=60), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("site", "name", name=op.f("uq_section_site_name")),
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(length=80), nullable=False),
        sa.Column("jwk", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", types.Instant(length=27), nullable=False),
        sa.Column("not_after", types.Instant(length=27), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "site",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("settings", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("opened_at", types.Instant(length=27), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_site")),
    )
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("window_from", types.Instant(length=27), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )
    with op.batch_alter_table("throttle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_throttle_window_from"), ["window_from"], unique=False)

    op.create_table(
        "work_group",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("leader_in_charge", sa.String(length=36), nullable=True),
        sa.Column("roles", types.JsonDoc(none_as_null=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "code", name=op.f("pk_work_group")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("staff_number", sa.String(length=20), nullable=True),
        sa.Column("badge", sa.String(length=40), nullable=True),
        sa.Column(
            "name", sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "initials",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("document_type", sa.String(length=30), nullable=True),
        sa.Column("document_number", sa.LargeBinary(), nullable=True),
        sa.Column("document_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("person_key", sa.String(length=64), nullable=True),
        sa.Column("masked_document", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("masked_phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("section_id", sa.String(length=36), nullable=True),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("company", sa.String(length=120), nullable=False),
        sa.Column("superior_id", sa.String(length=36), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint("superior_id IS NULL OR superior_id <> id", name=op.f("ck_person_own_superior")),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_person_section_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("site", "document_index", name=op.f("uq_person_site_document_index")),
        sa.UniqueConstraint("site", "staff_number", name=op.f("uq_person_site_staff_number")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_site_initials"), ["site", "initials"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_site_name"), ["site", "name"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_site_superior_id"), ["site", "superior_id"], unique=False)

    op.create_table(
        "group_member",
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.Column("group_code", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_group_member_person_id")),
        sa.PrimaryKeyConstraint("site", "group_code", "person_id", name=op.f("pk_group_member")),
    )
    op.create_table(
        "leave_days",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("site", sa.String(length=40), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_leave_days_period")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_leave_days_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_days")),
        sa.UniqueConstraint(
            "person_id", "first_day", "last_day", name=op.f("uq_leave_days_person_id_first_day_last_day")
        ),
    )
    with op.batch_alter_table("leave_days", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leave_days_site_person_id"), ["site", "person_id"], unique=False)
    wall(op, scoped=SCOPED, plain=PLAIN)


def downgrade() -> None:
    with op.batch_alter_table("leave_days", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leave_days_site_person_id"))

    op.drop_table("leave_days")
    op.drop_table("group_member")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_site_superior_id"))
        batch_op.drop_index(batch_op.f("ix_person_site_name"))
        batch_op.drop_index(batch_op.f("ix_person_site_initials"))

    op.drop_table("person")
    op.drop_table("work_group")
    with op.batch_alter_table("throttle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_throttle_window_from"))

    op.drop_table("throttle")
    op.drop_table("site")
    op.drop_table("signing_key")
    op.drop_table("section")
    op.drop_table("own_day")
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_link_person_id"))

    op.drop_table("one_time_link")
    with op.batch_alter_table("issued_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_issued_session_vouched_by"))
        batch_op.drop_index(batch_op.f("ix_issued_session_person_id"))
        batch_op.drop_index(batch_op.f("ix_issued_session_expires_at"))

    op.drop_table("issued_session")
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_run_site_digest"))

    op.drop_table("import_run")
    with op.batch_alter_table("held_role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_role_site_role"))

    op.drop_table("held_role")
    op.drop_table("filing_place")
    with op.batch_alter_table("filing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_filing_site_day"))

    op.drop_table("filing")
    with op.batch_alter_table("chart_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chart_entry_site_kind_subject_id"))

    op.drop_table("chart_entry")
    op.drop_table("calendar_year")
    op.drop_table("adoption")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_home_site"))

    op.drop_table("account")

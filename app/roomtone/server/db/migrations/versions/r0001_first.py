"""The first schema: accounts, projects, takes, tracks, uploads and the change feed."""

from alembic import op
from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Integer, PrimaryKeyConstraint, Text, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    _people()
    _takes()
    _uploads()
    op.create_table(
        "changes",
        Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("project", Text, ForeignKey("projects.id", name="fk_changes_project"), nullable=False),
        Column("kind", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("at", Text, nullable=False),
        Column("detail", Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_project_seq", "changes", ["project", "seq"])


def _people() -> None:
    op.create_table(
        "accounts",
        Column("id", Text, primary_key=True),
        Column("name", Text, nullable=False, unique=True),
        Column("created", Text, nullable=False),
    )
    op.create_table(
        "tokens",
        Column("hash", Text, primary_key=True),
        Column("account", Text, ForeignKey("accounts.id", name="fk_tokens_account"), nullable=False),
        Column("created", Text, nullable=False),
    )
    op.create_index("ix_tokens_account", "tokens", ["account"])
    op.create_table(
        "projects",
        Column("id", Text, primary_key=True),
        Column("title", Text, nullable=False),
        Column("created", Text, nullable=False),
    )
    op.create_table(
        "members",
        Column("project", Text, ForeignKey("projects.id", name="fk_members_project")),
        Column("account", Text, ForeignKey("accounts.id", name="fk_members_account")),
        Column("created", Text, nullable=False),
        PrimaryKeyConstraint("project", "account", name="pk_members"),
    )
    op.create_index("ix_members_account", "members", ["account"])


def _takes() -> None:
    op.create_table(
        "takes",
        Column("id", Text, primary_key=True),
        Column("project", Text, ForeignKey("projects.id", name="fk_takes_project"), nullable=False),
        Column("maker", Text, ForeignKey("accounts.id", name="fk_takes_maker"), nullable=False),
        Column("title", Text, nullable=False),
        Column("part", Text, nullable=False),
        Column("person", Text, nullable=False),
        Column("started", Text, nullable=False),
        Column("created", Text, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("sealed", Boolean(create_constraint=False), nullable=False),
        Column("manifest", JSON),
    )
    op.create_index("ix_takes_project_seq", "takes", ["project", "seq"], unique=True)
    op.create_table(
        "tracks",
        Column("take", Text, ForeignKey("takes.id", name="fk_tracks_take")),
        Column("name", Text),
        Column("place", Integer, nullable=False),
        Column("media", Text, nullable=False),
        Column("digest", Text, nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("key", Text, nullable=False),
        PrimaryKeyConstraint("take", "name", name="pk_tracks"),
    )


def _uploads() -> None:
    op.create_table(
        "uploads",
        Column("id", Text, primary_key=True),
        Column("account", Text, ForeignKey("accounts.id", name="fk_uploads_account"), nullable=False),
        Column("created", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("length", BigInteger),
        Column("metadata", Text, nullable=False),
        Column("concat", Text, nullable=False),
        Column("parts", JSON, nullable=False),
        Column("project", Text, nullable=False),
        Column("take", Text, nullable=False),
        Column("track", Text, nullable=False),
        Column("filename", Text, nullable=False),
        Column("media", Text, nullable=False),
        Column("sealing", JSON),
    )
    op.create_index("ix_uploads_state", "uploads", ["state"])
    op.create_index(
        "ix_uploads_open",
        "uploads",
        ["take", "track"],
        unique=True,
        sqlite_where=text("state IN ('receiving', 'sealing') AND take <> ''"),
        postgresql_where=text("state IN ('receiving', 'sealing') AND take <> ''"),
    )

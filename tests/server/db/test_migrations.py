"""The schema: made at once or step by step it is the same, and old databases open for ever."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from roomtone.foundation.errors import WorldError
from roomtone.server.db import migrating
from roomtone.server.db.sql import SqlRepository, open_repository
from roomtone.wire.project.items import ProjectFields
from roomtone.wire.project.people import Role

SAMPLES = Path(__file__).parents[2] / "data" / "server"


def shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return tables with their columns, and indexes with their definition."""
    with closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            name: [tuple(row[1:]) for row in database.execute(f"PRAGMA table_info({name})")] for name in sorted(names)
        }
        indexes = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        found["indexes"] = [tuple(" ".join(str(part).split()) for part in row) for row in database.execute(indexes)]
        for name in names:
            keys = database.execute(f"PRAGMA foreign_key_list({name})")
            found[f"{name} refers to"] = sorted(tuple(row[2:5]) for row in keys)
        return found


def test_the_migrations_lead_to_the_schema_of_the_tables(tmp_path: Path) -> None:
    open_repository(tmp_path / "at_once.sqlite").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'steps.sqlite'}")
    with engine.begin() as connection:
        migrating.upgrade(connection)
    engine.dispose()
    assert shape(tmp_path / "steps.sqlite") == shape(tmp_path / "at_once.sqlite")


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.sqlite")), ids=lambda path: path.stem)
def test_a_database_of_every_old_schema_opens(tmp_path: Path, sample: Path) -> None:
    path = tmp_path / "server.sqlite"
    shutil.copy(sample, path)
    check_sample(open_repository(path))


def check_sample(repository: SqlRepository) -> None:
    """Look for what is in every sample, and close the repository."""
    try:
        assert [account.name for account in repository.accounts()] == ["Ana"]
        (project,) = repository.projects_of(repository.accounts()[0].id)
        assert (project.title, project.takes) == ("Song", 1)
        (take,) = repository.takes_of(project.id, 0, 10)
        assert (take.title, take.sealed, take.manifest) == ("Straße", True, {"rate": 48000})
        assert take.created == datetime(2026, 3, 1, 12, tzinfo=UTC)
        assert take.tracks[0].digest.startswith("rt1:")
        state = repository.state(project.id, 0, None)
        said = {record.item.id: record.item.fields for record in state.items}
        assert said[project.id] == ProjectFields(title="Song")
        assert [(member.name, member.role) for member in state.members or []] == [("Ana", Role.OWNER)]
        assert [take.changed for take in state.takes] == [
            max(change.seq for change in repository.changes(project.id, 0, 100) if change.subject == take.id)
        ]
        found = repository.account_named("ANA")
        assert found is not None
        assert found.id == take.maker
        assert repository.faults() == []
    finally:
        repository.close()


def test_there_is_a_sample_of_every_schema() -> None:
    assert {path.stem for path in SAMPLES.glob("*.sqlite")} == migrating.known_revisions()


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "server.sqlite"
    open_repository(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    before = path.read_bytes()
    with pytest.raises(WorldError) as refused:
        open_repository(path)
    assert refused.value.code == "newer-database"
    assert path.read_bytes() == before


def test_anothers_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "server.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE recipes (title TEXT)")
        database.commit()
    with pytest.raises(WorldError) as refused:
        open_repository(path)
    assert refused.value.code == "not-our-database"


def test_a_backup_is_made_before_a_migration(tmp_path: Path) -> None:
    path = tmp_path / "server.sqlite"
    open_repository(path).close()
    copy = migrating.backup(path)
    assert shape(copy) == shape(path)

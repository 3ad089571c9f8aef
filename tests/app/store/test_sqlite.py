"""The file of a store: that it is there, how large it is, and a disk that is full."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from app.jobs.worker import run_training
from app.store import engine, models, sqlite
from app.store.engine import Database, Session, StoreError, connect, migrate
from model.classifier import Classifier
from model.network import initialize
from model.serialization.checkpoint import dump_model
from tests.app.jobs.training_jobs import add as small_job

MEGABYTE = 2**20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "byhand.db"


@pytest.fixture
def store(path: Path) -> Database:
    database = connect(f"sqlite:///{path}")
    migrate(database)
    return database


def add(database: Database, id: str) -> None:
    network = Classifier(initialize((784, 300, 10), "sigmoid", np.random.default_rng(1)))
    with database.begin() as session:  # 0.9 MB
        models.add(session, classifier=network, weights=dump_model(network), name=id, id=id)


def test_what_is_deleted_goes_back_to_the_file_system(path: Path, store: Database) -> None:
    before = path.stat().st_size
    for number in range(20):
        add(store, str(number))
    with store.read() as session:  # what a reader still sees is kept, and hinders nothing for long
        assert session.scalar(text("SELECT count(*) FROM models")) == 20
    assert path.stat().st_size > before + 10 * MEGABYTE
    for number in range(20):
        store.free(lambda session, id=str(number): models.delete(session, id))
    assert path.stat().st_size < before + 2 * MEGABYTE
    assert path.with_name("byhand.db-wal").stat().st_size <= sqlite.LOG_BYTES + MEGABYTE
    store.close()


def test_a_large_transaction_leaves_no_long_log(path: Path, store: Database) -> None:
    log = path.with_name("byhand.db-wal")
    store.ping()
    reader = store._engine.connect()
    reader.execution_options(read_only=True).execute(text("SELECT count(*) FROM models")).all()
    for id in ("a", "b"):
        network = Classifier(initialize((784, 3000, 10), "sigmoid", np.random.default_rng(1)))
        with store.begin() as session:  # 9.5 MB
            models.add(session, classifier=network, weights=dump_model(network), name=id, id=id)
        if id == "a":  # somebody still reads what was there before
            assert log.stat().st_size > sqlite.LONG_LOG_BYTES
            reader.close()
    assert log.stat().st_size <= sqlite.LOG_BYTES
    store.close()


def test_a_file_of_an_earlier_version_can_become_smaller_too(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as old:
        old.execute("PRAGMA journal_mode=WAL")
        old.execute("CREATE TABLE before (a)")
        old.execute("INSERT INTO before VALUES (7)")
        old.commit()
    database = connect(f"sqlite:///{path}")
    migrate(database)
    with database.read() as session:
        assert session.scalar(text("PRAGMA auto_vacuum")) == sqlite.INCREMENTAL
        assert session.scalar(text("SELECT a FROM before")) == 7
    database.close()


def test_a_directory_that_is_deleted_is_missed_at_once(path: Path, store: Database) -> None:
    id = small_job(store)
    shutil.rmtree(path.parent)
    for use in (store.begin, store.read):
        with pytest.raises(StoreError), use() as session:
            session.execute(text("SELECT 1"))
    with pytest.raises(StoreError):
        store.ping()
    with pytest.raises(StoreError):
        run_training(id, store.url)
    assert not path.parent.exists()  # or a backup would find an empty store in its place
    store.close()


def test_a_file_that_is_put_in_its_place_is_read(path: Path, store: Database) -> None:
    backup = path.with_name("backup.db")
    with closing(sqlite3.connect(path)) as now, closing(sqlite3.connect(backup)) as then:
        now.backup(then)
    add(store, "later")
    for name in ("byhand.db", "byhand.db-wal", "byhand.db-shm"):
        path.with_name(name).unlink()
    with pytest.raises(StoreError):
        store.ping()
    backup.rename(path)
    with store.read() as session:
        assert models.page(session, 9, None) == ([], None)
    store.close()


def test_a_full_disk_takes_a_deletion_by_its_reserve(path: Path, store: Database) -> None:
    """The disk is full as long as there is a reserve."""
    reserve, asked = path.with_name("byhand.db-reserve"), []
    assert reserve.stat().st_size == sqlite.RESERVE_BYTES

    class FullError(sqlite3.OperationalError):
        sqlite_errorcode = sqlite3.SQLITE_FULL

    def work(session: Session) -> str:
        asked.append(reserve.exists())
        if reserve.exists():
            raise engine.DBAPIError("DELETE", {}, FullError("disk is full"))
        return "deleted"

    assert store.free(work) == "deleted"
    assert asked == [True, False]
    assert reserve.stat().st_size == sqlite.RESERVE_BYTES  # for the next one
    with pytest.raises(StoreError) as caught, store.begin() as session:
        work(session)
    assert caught.value.message.code == engine.FULL
    store.close()


ON_A_SMALL_DISK = """
import subprocess, sys
from pathlib import Path
from app.main import create_app
from app.settings import Settings
from fastapi.testclient import TestClient
import numpy as np
from model.classifier import Classifier
from model.network import initialize
from model.serialization.checkpoint import dump_model

disk = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "none", str(disk)], check=True)
large = dump_model(Classifier(initialize((784, 900, 10), "sigmoid", np.random.default_rng(1))))
app = create_app(Settings(data_dir=disk / "data", log_level="critical"))
with TestClient(app) as client:
    upload = lambda: client.post("/models", files={"weights": ("w.npz", large)})
    ids = []
    while (answer := upload()).status_code == 201:
        ids.append(answer.json()["id"])
    assert answer.status_code == 503, answer.text
    assert answer.json()["code"] == "service.store_full", answer.text
    try:
        with (disk / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
    except OSError:
        pass  # now not a byte is left
    for id in ids[:3]:
        answer = client.delete(f"/models/{id}")
        assert answer.status_code == 204, answer.text
    assert upload().status_code == 201
print("mended", len(ids))
"""


def test_a_real_disk_that_is_full_is_mended_by_deleting(tmp_path: Path) -> None:
    mount = ["unshare", "--user", "--map-root-user", "--mount"]
    allowed = shutil.which("unshare") and subprocess.run([*mount, "true"], check=False)
    if not allowed or allowed.returncode:
        return  # a container that may mount nothing: the test above has to do
    found = subprocess.run(
        [*mount, sys.executable, "-c", ON_A_SMALL_DISK, str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert "mended" in found.stdout, found.stderr

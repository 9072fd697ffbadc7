"""The artifact store as a folder: files appear whole, and are not copied where they need not be."""

import errno
from contextlib import suppress
from pathlib import Path

import pytest

from workers.store import Store, StoreFailed

PATH = "jobs/one/1/0.png"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "the store"


@pytest.fixture
def store(folder: Path) -> Store:
    return Store.open(folder.as_uri())


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "0.png"
    path.write_bytes(b"a picture")
    return path


def test_a_file_on_the_disk_of_the_store_is_not_copied_and_outlives_its_scratch(
    store: Store, folder: Path, made: Path
) -> None:
    store.put(PATH, made)
    assert (folder / PATH).samefile(made)

    made.unlink()
    assert store.get(PATH) == b"a picture"


def test_a_file_of_another_disk_is_copied(
    store: Store, folder: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(self: Path, target: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", elsewhere)
    store.put(PATH, made)

    assert store.get(PATH) == b"a picture"
    assert not (folder / PATH).samefile(made)


def test_what_stood_there_is_replaced(store: Store, made: Path) -> None:
    store.put(PATH, b"another one")
    store.put(PATH, made)

    assert store.get(PATH) == b"a picture"


@pytest.mark.parametrize("path", ["../0.png", "jobs/../../0.png", ".hidden/0.png"])
def test_no_name_leads_out_of_the_store(store: Store, tmp_path: Path, made: Path, path: str) -> None:
    made = made.rename(tmp_path / "made.png")
    with suppress(StoreFailed, ValueError):
        store.put(path, made)

    assert not (tmp_path / "0.png").exists()


def test_of_several_files_all_are_there_or_it_is_said(store: Store, folder: Path, made: Path) -> None:
    store.put_all({PATH: made, "jobs/one/1/0.thumb.jpg": b"small", "jobs/one/1/0.web.jpg": b"smaller"})
    assert [store.get(path) for path in (PATH, "jobs/one/1/0.thumb.jpg")] == [b"a picture", b"small"]

    (folder / "full").write_bytes(b"")  # no folder can be there
    with pytest.raises(StoreFailed):
        store.put_all({"jobs/two/1/0.png": made, "full/0.png": made})

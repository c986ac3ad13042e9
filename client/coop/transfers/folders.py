"""Many files: sent, fetched, or only what differs."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from coop.errors import CoopError, NotFound
from coop.models import LocalFile, Step, StoredObject, SyncRules, Transfer
from coop.places import Place, files_below, path_below
from coop.storage import delete_objects, objects_below
from coop.transfers.doors import Door, as_many_as_can
from coop.transfers.downloads import download_object, is_same
from coop.transfers.uploads import upload_file


def upload_files(door: Door, files: Sequence[tuple[LocalFile, Place]]) -> list[Transfer]:
    """Each to its place; SomeFailed at the end."""
    door.progress.expect(sum(file.size for file, _ in files))
    return as_many_as_can(
        [
            (file.name, door.files.submit(upload_file, door, file.path, place))
            for file, place in files
        ]
    )


def below(folder: Place, files: Iterable[LocalFile]) -> list[tuple[LocalFile, Place]]:
    """Each file with the place of its name in a folder."""
    return [(file, folder.below(file.name)) for file in files]


def download_objects(
    door: Door, objects: Sequence[StoredObject], source: Place, target: Path
) -> list[Transfer]:
    """Each under its name below a folder; SomeFailed at the end."""
    door.progress.expect(sum(one.size for one in objects))

    def fetch(one: StoredObject) -> Transfer:
        path = path_below(target, name_in(source, one))
        return download_object(door, source.object(one.key), one, path)

    return as_many_as_can([(one.key, door.files.submit(fetch, one)) for one in objects])


def files_in(door: Door, folder: Place) -> dict[str, StoredObject]:
    """The objects below a place by their names in it, without the markers of folders."""
    found = objects_below(door.s3, folder)
    return {name_in(folder, one): one for one in found if not one.key.endswith("/")}


def name_in(folder: Place, one: StoredObject) -> str:
    """What an object is called below a place."""
    return one.key[len(folder.key) :]


def sync_up(door: Door, source: Path, target: Place, rules: SyncRules) -> list[Step]:
    """Make a place as a folder is; what was done, or would be."""
    files = {file.name: file for file in files_below(source)}
    objects = files_in(door, target)
    same = _same(door, target, files, objects, rules)
    changed = [file for name, file in files.items() if name not in same]
    gone = [one for name, one in objects.items() if rules.delete and name not in files]
    if not rules.dry_run:
        upload_files(door, below(target, changed))
        delete_objects(door.s3, target, [one.key for one in gone])
    steps = [Step("upload", file.name, file.size) for file in changed]
    return steps + [Step("delete", name_in(target, one), one.size) for one in gone]


def sync_down(door: Door, source: Place, target: Path, rules: SyncRules) -> list[Step]:
    """Make a folder as a place is; what was done, or would be.

    Raises NotFound where there is nothing: a slip in the address must not empty a folder.
    """
    objects = files_in(door, source)
    if not objects:
        raise NotFound(f"There is nothing below {source}.")
    files = {file.name: file for file in files_below(target)} if target.exists() else {}
    same = _same(door, source, files, objects, rules)
    changed = [one for name, one in objects.items() if name not in same]
    gone = [file for name, file in files.items() if rules.delete and name not in objects]
    if not rules.dry_run:
        download_objects(door, changed, source, target)
        _delete_files(target, gone)
    steps = [Step("download", name_in(source, one), one.size) for one in changed]
    return steps + [Step("delete", file.name, file.size) for file in gone]


def _same(
    door: Door,
    folder: Place,
    files: Mapping[str, LocalFile],
    objects: Mapping[str, StoredObject],
    rules: SyncRules,
) -> set[str]:
    """The names of files that are as the objects are: by size, then by what their ETags tell."""

    def is_equal(name: str) -> bool:
        file, one = files[name], objects[name]
        if file.size != one.size or rules.size_only:
            return file.size == one.size
        return is_same(door, folder.object(one.key), file.path, one.etag)

    names = [name for name in files if name in objects]
    answers = door.files.map(is_equal, names)
    return {name for name, answer in zip(names, answers, strict=True) if answer}


def _delete_files(folder: Path, files: Sequence[LocalFile]) -> None:
    """Delete them, and the folders that are empty then."""
    for file in files:
        try:
            file.path.unlink(missing_ok=True)
        except OSError as error:
            raise CoopError(f"{file.path} was not deleted: {error.strerror}.") from error
        for parent in file.path.parents:
            if parent == folder or any(parent.iterdir()):
                break
            parent.rmdir()

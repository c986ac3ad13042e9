"""Backups: a folder or a bucket elsewhere, and what lies there.

    backup.json                          that this is one, and of which installation
    bytes/<repository uid>/<hh>/<name>   bytes of objects, by what they are: never written twice
    snapshots/<moment>/files/<path>      files of the data folder, as they were
    snapshots/<moment>/names             the names of all bytes that its records are about
    snapshots/<moment>/manifest.json     what belongs to it, written last: from then on it is there

All names are our own, so that no file system and no cloud alters them.
"""

"""The table of storage.

| pk                    | sk                     | what                                         |
| --------------------- | ---------------------- | -------------------------------------------- |
| OBJ#<repository uid>  | <key>                  | an object                                    |
| VERSIONS#<obj. uid>   | <stamp>                | a version that is not what its key has now   |
| TRAILS#<repo. uid>    | <key>                  | that a key has such versions                 |
| UPLOAD#<upload id>    | UPLOAD                 | a multipart upload, or how it ended          |
| UPLOAD#<upload id>    | PART#<number>          | a part of it                                 |
| DIRTY                 | <burst>                | a repository that a process is writing to    |
| LEFTOVERS             | <due>#<version>#<uid>  | bytes that no record names from then on      |
| FAULTS                | <repo. uid>#<uid>#<..> | bytes that are not what was stored           |
| LEASE                 | scrub                  | who reads all bytes again, and how far it is |
| PRIMARY               | PRIMARY                | which back end is written to                 |
| MIRRORS               | <mirror>               | who copies to it, how far it is compared     |
| SERVING               | <process>              | that a process serves the primary            |
| COPIES#<mirror>#<..>  | <object uid>#<stamp>   | of a repository: where a mirror has bytes    |
| UNCOPIED#<mirror>     | <due>#<uid>            | a key that a mirror has yet to look at       |
| RELISTINGS            | <repository uid>       | when its connected bucket is listed again    |
| CHANGES#<repo. uid>   | <version>#<object uid> | a change that its counter does not have yet  |
| FIGURES#<uid>         | FIGURES                | how much a repository or an account keeps    |
| CORS#<repository uid> | CORS                   | its rules for scripts of other origins       |
| DOWNLOADS#<repo. uid> | <day>                  | downloads of all its objects on a day        |
| DOWNLOADS#<..>#<day>  | <object uid>           | of one of them                               |
| AVATAR#<account uid>  | <name>                 | a picture of an account (store.avatars)      |
| EVT#<object uid>      | <version>#<...>        | events (shared.outbox)                       |

The index `uploads` holds the open uploads of a repository by key. Beside them the same table holds
the projection of accounts, repositories and access keys (shared.projection).
"""

from shared.outbox import OUTBOX_INDEX
from shared.tables import Index, Schema

UPLOADS = Index(name="uploads", partition="uploads_of", sort="uploads_key")
SCHEMA = Schema(name="storage", indexes=(OUTBOX_INDEX, UPLOADS))
RECORD_VERSION = 1


def objects_of(repository_uid: str) -> str:
    """The partition of a repository's objects; their sort keys are their keys."""
    return f"OBJ#{repository_uid}"

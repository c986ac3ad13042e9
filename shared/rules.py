"""What each action needs, in each state of what it is done to: the tables behind the policy."""

from enum import StrEnum

from shared.contracts.accounts import Role
from shared.contracts.base import KeyAction
from shared.contracts.repositories import State, Visibility


class Action(StrEnum):
    """What can be asked for: the first word says of what."""

    REPOSITORY_READ = "repository:read"
    REPOSITORY_LIST = "repository:list"
    REPOSITORY_EDIT = "repository:edit"
    REPOSITORY_DELETE = "repository:delete"
    REPOSITORY_DEACTIVATE = "repository:deactivate"
    REPOSITORY_ACTIVATE = "repository:activate"
    REPOSITORY_UNDELETE = "repository:undelete"
    REPOSITORY_MOVE = "repository:move"
    REPOSITORY_LIMIT = "repository:limit"
    REPOSITORY_MEMBERS_READ = "repository:members:read"
    REPOSITORY_GRANT = "repository:grant"
    REPOSITORY_SHARE = "repository:share"
    DATA_READ = "data:read"
    DATA_LIST = "data:list"
    DATA_WRITE = "data:write"
    DATA_DELETE = "data:delete"
    REPOSITORY_CREATE = "repository:create"
    ACCOUNT_READ = "account:read"
    ACCOUNT_EDIT = "account:edit"
    ACCOUNT_MEMBERS_READ = "account:members:read"
    ACCOUNT_GRANT = "account:grant"
    ACCOUNT_AUDIT = "account:audit"
    ACCOUNT_DELETE = "account:delete"
    ACCOUNT_DISABLE = "account:disable"
    ACCOUNT_LIMIT = "account:limit"
    ACCESS_KEY_MANAGE = "access-key:manage"
    CONNECTION_MANAGE = "connection:manage"


ANYONE, READER, WRITER, MAINTAINER, OWNER, ADMIN, NOBODY = range(7)
RANKS = {
    Role.READER: READER,
    Role.WRITER: WRITER,
    Role.MAINTAINER: MAINTAINER,
    Role.OWNER: OWNER,
    None: ANYONE,
}

PUBLIC = {
    Action.REPOSITORY_READ: ANYONE,
    Action.REPOSITORY_LIST: ANYONE,
    Action.DATA_READ: ANYONE,
    Action.DATA_LIST: ANYONE,
    Action.DATA_WRITE: WRITER,
    Action.DATA_DELETE: WRITER,
    Action.REPOSITORY_MEMBERS_READ: MAINTAINER,
    Action.REPOSITORY_GRANT: MAINTAINER,
    Action.REPOSITORY_SHARE: MAINTAINER,
    Action.REPOSITORY_EDIT: MAINTAINER,
    Action.REPOSITORY_DELETE: OWNER,
    Action.REPOSITORY_DEACTIVATE: MAINTAINER,
    Action.REPOSITORY_ACTIVATE: MAINTAINER,
    Action.REPOSITORY_MOVE: OWNER,
    Action.REPOSITORY_LIMIT: ADMIN,
}
UNLISTED = PUBLIC | {Action.REPOSITORY_LIST: READER}
RESTRICTED = UNLISTED | {
    Action.REPOSITORY_READ: READER,
    Action.DATA_READ: READER,
    Action.DATA_LIST: READER,
}
DEACTIVATED = {
    Action.REPOSITORY_READ: MAINTAINER,
    Action.REPOSITORY_LIST: MAINTAINER,
    Action.DATA_READ: MAINTAINER,
    Action.DATA_LIST: MAINTAINER,
    Action.DATA_WRITE: NOBODY,
    Action.DATA_DELETE: NOBODY,
    Action.REPOSITORY_MEMBERS_READ: MAINTAINER,
    Action.REPOSITORY_GRANT: ADMIN,
    Action.REPOSITORY_SHARE: MAINTAINER,
    Action.REPOSITORY_EDIT: ADMIN,
    Action.REPOSITORY_DELETE: ADMIN,
    Action.REPOSITORY_DEACTIVATE: MAINTAINER,
    Action.REPOSITORY_ACTIVATE: OWNER,
    Action.REPOSITORY_MOVE: ADMIN,
    Action.REPOSITORY_LIMIT: ADMIN,
}
DELETED = dict.fromkeys(PUBLIC, NOBODY) | {Action.REPOSITORY_UNDELETE: OWNER}
OF_DISABLED = dict.fromkeys(PUBLIC, ADMIN) | {Action.DATA_WRITE: NOBODY, Action.DATA_DELETE: NOBODY}
REPOSITORY_RULES = {
    (State.ACTIVE, Visibility.PUBLIC): PUBLIC,
    (State.ACTIVE, Visibility.UNLISTED): UNLISTED,
    (State.ACTIVE, Visibility.RESTRICTED): RESTRICTED,
    **{(State.DEACTIVATED, visibility): DEACTIVATED for visibility in Visibility},
    **{(State.DELETED, visibility): DELETED for visibility in Visibility},
}

ENABLED_ACCOUNT = {
    Action.ACCOUNT_READ: ANYONE,
    Action.ACCOUNT_MEMBERS_READ: ANYONE,
    Action.ACCOUNT_EDIT: MAINTAINER,
    Action.ACCOUNT_GRANT: MAINTAINER,
    Action.ACCOUNT_AUDIT: MAINTAINER,
    Action.REPOSITORY_CREATE: MAINTAINER,
    Action.ACCESS_KEY_MANAGE: OWNER,
    Action.CONNECTION_MANAGE: OWNER,
    Action.ACCOUNT_DELETE: OWNER,
    Action.ACCOUNT_DISABLE: ADMIN,
    Action.ACCOUNT_LIMIT: ADMIN,
}
DISABLED_ACCOUNT = dict.fromkeys(ENABLED_ACCOUNT, ADMIN)

SERVICE_ACTIONS = frozenset(
    [
        Action.REPOSITORY_READ,
        Action.REPOSITORY_LIST,
        Action.DATA_READ,
        Action.DATA_LIST,
        Action.DATA_WRITE,
        Action.DATA_DELETE,
        Action.ACCOUNT_READ,
        Action.ACCOUNT_MEMBERS_READ,
    ]
)

# What a limited key must hold for each action. To see that a thing is there, any of them does.
SEEING = frozenset([Action.REPOSITORY_READ, Action.ACCOUNT_READ, Action.ACCOUNT_MEMBERS_READ])
KEY_ACTIONS = {
    Action.DATA_READ: KeyAction.READ,
    Action.DATA_LIST: KeyAction.LIST,
    Action.DATA_WRITE: KeyAction.WRITE,
    Action.DATA_DELETE: KeyAction.DELETE,
    Action.REPOSITORY_LIST: KeyAction.LIST,
    Action.REPOSITORY_MEMBERS_READ: KeyAction.READ,
}
# No key with limits makes another, which could have none, nor an owner who could, nor opens a
# bucket that it was not made for.
NEVER_LIMITED = frozenset(
    [
        Action.ACCESS_KEY_MANAGE,
        Action.ACCOUNT_GRANT,
        Action.ACCOUNT_DELETE,
        Action.CONNECTION_MANAGE,
    ]
)
# What nobody does to a repository whose bytes are in a bucket that we only read.
WRITING = frozenset([Action.DATA_WRITE, Action.DATA_DELETE])
# What a share link opens: to look at a repository, and what is in it.
SHARED = frozenset([Action.REPOSITORY_READ, Action.DATA_READ, Action.DATA_LIST])

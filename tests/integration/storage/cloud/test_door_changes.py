"""The same over a bucket."""

from tests.integration.storage.test_door_changes import *  # noqa: F403

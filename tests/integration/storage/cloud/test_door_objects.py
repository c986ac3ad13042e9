"""The same over a bucket."""

from tests.integration.storage.test_door_objects import *  # noqa: F403

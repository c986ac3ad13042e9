"""The same over a bucket."""

from tests.integration.storage.test_door_ranges import *  # noqa: F403

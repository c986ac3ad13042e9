"""The same over a bucket."""

from tests.integration.storage.test_door_copies import *  # noqa: F403

"""The same over a bucket."""

from tests.integration.storage.test_door_versions import *  # noqa: F403

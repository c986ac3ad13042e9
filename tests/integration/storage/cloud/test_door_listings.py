"""The same over a bucket."""

from tests.integration.storage.test_door_listings import *  # noqa: F403

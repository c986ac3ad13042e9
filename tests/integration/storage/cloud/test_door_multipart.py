"""The same over a bucket."""

from tests.integration.storage.test_door_multipart import *  # noqa: F403

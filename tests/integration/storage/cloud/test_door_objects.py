"""The same over a bucket."""

from tests.integration.storage.test_door_objects import *  # noqa: F403

# People read files; in the bucket a name says more than a key.
del test_the_plain_layout_can_be_read_by_people  # noqa: F821

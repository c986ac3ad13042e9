"""Storage: every byte and every object record, behind an S3 door.

Owns      the blobs under `$COOP_HOME/storage`, object records, multipart uploads.
Answers   coop.rpc.storage.*: get_object, list_objects, presign_get_object, presign_post_object,
          delete_object; and the data door (:9000), S3-compatible.
Announces object_created, object_deleted.
Hears     accounts and repositories (its projection), the sealed access keys.
"""

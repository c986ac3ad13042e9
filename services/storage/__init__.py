"""Storage: every byte and every object record, and the S3 door to them.

Owns objects, multipart uploads, pictures of accounts and the files below `$COOP_HOME/storage`.
Answers `coop.rpc.storage.*`; announces `object_*`; hears accounts and repositories, whose facts it
keeps so as to serve while they are away.
"""

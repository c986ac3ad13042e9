"""Storage: every byte and every object record, and the S3 door to them.

Owns objects and their earlier versions, multipart uploads, pictures of accounts, counts of what is
kept and downloaded, and the files below `$COOP_HOME/storage`. Answers `coop.rpc.storage.*`;
announces `object_*` and `objects_downloaded`; hears accounts and repositories, whose facts it keeps
so as to serve while they are away.
"""

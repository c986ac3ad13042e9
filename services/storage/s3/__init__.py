"""The S3 protocol: what comes in and what goes out, with no socket and no store."""

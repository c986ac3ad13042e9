"""The data door: S3's requests from the bytes of HTTP to an operation and back."""

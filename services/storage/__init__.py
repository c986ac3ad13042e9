"""Storage: keeps objects, and is the S3 door to them."""

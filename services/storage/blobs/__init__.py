"""Where bytes lie: a port and its adapters. Nothing here knows records, events or S3."""

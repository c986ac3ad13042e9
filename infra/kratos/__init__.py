"""Ory Kratos as an embedded system: where its binary comes from, its configuration, its process."""

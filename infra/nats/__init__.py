"""The embedded NATS server: who may do what, its configuration, and its process."""

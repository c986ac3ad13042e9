"""Runs the whole platform on one machine: NATS, Kratos and the five services as child processes."""

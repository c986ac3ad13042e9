"""What crosses a border: the requests a service answers and the events it announces.

Only optional fields are ever added here; tests/contract holds a snapshot of every schema.
"""

"""Conditions on items as CQL2 writes them in JSON (OGC 21-065r2), made into functions.

A condition says yes, no, or None where it cannot be told: of what an item does not have, nothing is
true, nor is its opposite.
"""

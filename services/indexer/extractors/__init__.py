"""What a file says of itself: one module a format, each one pure function from bytes to facts.

A format is any module or package in this folder that has `SUFFIXES`, `LABEL`, `recognises` and
`parse`; `registry` finds them, so a new one is added by adding its file. They run in the sandbox
alone: no network, no settings, no bytes but those of the `SparseFile` they are given.
"""

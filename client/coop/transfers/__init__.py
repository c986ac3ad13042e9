"""Bytes on their way: in parts, several at once, taken up again, compared at the end."""

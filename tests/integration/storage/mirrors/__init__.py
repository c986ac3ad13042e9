"""A door whose bytes have mirrors."""

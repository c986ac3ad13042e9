"""What people fill in: read, checked, and told in words how to mend it."""

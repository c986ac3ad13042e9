"""What is written down of our interfaces: generated, committed, and diffed by tests/contract."""

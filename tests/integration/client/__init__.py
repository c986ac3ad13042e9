"""The client against a server that fails as servers do."""

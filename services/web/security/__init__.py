"""What protects visitors: the content security policy, other headers, tokens on every form."""

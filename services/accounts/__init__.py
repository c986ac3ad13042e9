"""Accounts: who there is, who belongs to whom, and the keys they sign with.

Owns individuals, organizations, memberships, invitations, requests for access, access keys, audit
trails and the link from a Kratos identity to an account. Answers `coop.rpc.accounts.*`; announces
`account_*`, `membership_*`, `invitation_*`, `access_request*` and `access_key_*`, the sealed
material of keys on the private root alone; hears repositories, for its audit trails. Beats on
`coop.live.accounts`, so that others can tell silence from quiet.
"""

"""Repositories: what there is to find, who may find it, and under which name.

Owns repositories, their metadata, visibility, state and share links, and data connections.
Answers `coop.rpc.repositories.*`; announces `repository_*`, `share_link_*` and `connection_*`, what
links are checked and buckets are read by on the private root alone; hears accounts, whose facts it
keeps so as to answer while they are away.
"""

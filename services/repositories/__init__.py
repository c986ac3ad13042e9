"""Repositories: what there is to find, who may find it, and under which name.

Owns repositories, their metadata, visibility, state and share links. Answers
`coop.rpc.repositories.*`; announces `repository_*` and `share_link_*`, what links are checked by on
the private root alone; hears accounts, whose facts it keeps so as to answer while they are away.
"""

"""Repositories: what there is to find, who may find it, and under which name.

Owns repositories, their metadata, visibility and state. Answers `coop.rpc.repositories.*`;
announces `repository_*`; hears accounts, whose facts it keeps so as to answer while they are away.
"""

"""Strangers' files are parsed in processes that can do nothing else.

`pool` is our side: it fetches the bytes, keeps the budgets and judges what comes back. `child` is
the other: a clean single-threaded process that has loaded the libraries and forks workers. They
have no network, no files, little memory, three seconds and no credentials. Nothing is ever
unpickled.
"""

"""What repositories does: plain functions that know neither broker nor HTTP.

Whoever calls them has looked up who asks and whose account it is about.
"""

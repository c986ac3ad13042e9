"""The verbs: objects come and go, sums are added up, everything is rebuilt, people ask.

They know no broker and no HTTP: who asks and which repository is meant comes from the handlers.
"""

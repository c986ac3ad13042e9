"""Events that no handler could take: what there is, another try, and giving up.

`shared.bus` buries what cannot succeed in COOP_DLQ with its reason. What a process died of it
cannot bury: of that the server tells in COOP_ADVISORIES, and `collect` brings it to the others.
"""

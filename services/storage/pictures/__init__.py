"""Pictures of strangers become small ones of ours.

`redrawing` is our side; `child` is the other: a process for one picture that has no network, no
files, little memory and little time. What comes out holds nothing of what went in but its pixels.
"""

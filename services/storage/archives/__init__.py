"""Many objects as one file: the layout of ZIP and tar, known ahead to the byte.

Pure arithmetic: what stands where follows from names, sizes and times alone, so an archive is made
anew for each request and any range of it is found without making what lies before.
"""

"""Mail of the embedded platform, caught instead of sent, and read by its operator on a page.

Kept in memory alone, since it holds codes that open accounts. Nobody else may read it: both doors
are on loopback and the page answers to the names of loopback only (DNS rebinding).
"""

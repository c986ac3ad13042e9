"""What a reference that is kept leads to: into its repository, or away."""

# The folder of a whole repository: no object with content is called so.
TOP = "./"


def is_relative(href: str) -> bool:
    """Whether a reference that is kept leads into the repository: no key keeps its colons."""
    return ":" not in href.partition("/")[0]

"""The pages: each view asks the owners what it needs, all at once where it can, and renders."""

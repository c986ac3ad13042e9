"""How things become pages: templates, words and numbers, Markdown, maps, snippets, static files."""

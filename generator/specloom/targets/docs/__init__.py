"""The docs of an API, as Markdown."""

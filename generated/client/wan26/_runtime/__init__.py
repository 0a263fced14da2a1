"""The parts of the client that no document changes."""

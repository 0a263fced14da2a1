"""The target `client`: a Python distribution."""

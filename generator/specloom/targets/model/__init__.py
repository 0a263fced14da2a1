"""The target `model`: the model itself, as JSON."""

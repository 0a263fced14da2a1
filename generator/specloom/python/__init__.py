"""How the model is written as Python."""

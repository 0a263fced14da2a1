"""What is woven from an API; `catalog` lists it."""

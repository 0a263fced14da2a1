"""Text becomes values whose places are known."""

"""The one model of an API, neutral of how any target spells it."""

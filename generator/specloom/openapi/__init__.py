"""From values to a checked tree: OpenAPI's grammar, our rules, the validator, the extensions, the upgrade to 3.2."""

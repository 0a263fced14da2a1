"""Weaves a typed Python client, a sandbox and docs from one OpenAPI document."""

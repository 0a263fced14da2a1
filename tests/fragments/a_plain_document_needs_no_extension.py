import asyncio

from a_plain_document_needs_no_extension import (
    APlainDocumentNeedsNoExtension,
    AsyncAPlainDocumentNeedsNoExtension,
    errors,
    models,
)
from tests.answering import Vendor

vendor = Vendor([{"name": "rex"}, {"name": 3}])
client = APlainDocumentNeedsNoExtension(
    base_url="https://pets.example.com", http_client=vendor.http
)
assert client.pets.list() == [models.Pet(name="rex"), models.Pet(name=3)]
assert str(vendor.last.url) == "https://pets.example.com/pets"
assert "authorization" not in vendor.last.headers
try:
    APlainDocumentNeedsNoExtension()
except errors.ConfigurationError as error:
    assert "base_url" in error.hint
else:
    raise AssertionError("nobody says where the server is")


async def meanwhile() -> None:
    async with AsyncAPlainDocumentNeedsNoExtension(
        base_url="https://pets.example.com", http_client=vendor.async_http
    ) as client:
        assert await client.pets.list() == [models.Pet(name="rex"), models.Pet(name=3)]


asyncio.run(meanwhile())

from typing import assert_type

from files_of_schemas_keep_their_names import FilesOfSchemasKeepTheirNames, models
from files_of_schemas_keep_their_names.errors import InvalidRequestError
from tests.answering import Vendor

cat = {"kind": "purrs", "lives": 9}
hound = {"kind": "Hound", "tail": 1}
vendor = Vendor(cat, hound, {"shape": "circle", "radius": 2.5}, {"shape": "Square", "side": 1})
client = FilesOfSchemasKeepTheirNames(http_client=vendor.http)
pet = client.pets.create(body=cat)
assert_type(pet, models.Pet)
assert isinstance(pet, models.Cat)
assert pet.lives == 9
assert vendor.body == cat
assert isinstance(client.pets.create(body=models.Hound(tail=1)), models.Hound)
assert vendor.body == hound
assert isinstance(client.forms.create(form={"shape": "circle"}), models.Circle)
assert isinstance(client.forms.create(form={"shape": "Square"}), models.Square)
try:
    client.forms.create(form={"shape": "dog"})
except InvalidRequestError as error:
    assert "circle" in str(error)
else:
    raise AssertionError("no form is a dog")

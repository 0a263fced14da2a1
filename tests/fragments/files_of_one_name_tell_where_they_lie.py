from typing import assert_type

from files_of_one_name_tell_where_they_lie import FilesOfOneNameTellWhereTheyLie, models
from tests.answering import Vendor

client = FilesOfOneNameTellWhereTheyLie(http_client=Vendor({}).http)
assert_type(client.things.a(), models.Pet)
assert_type(client.things.b(), models.MorePet)
assert_type(client.things.c(), models.KindsPet)

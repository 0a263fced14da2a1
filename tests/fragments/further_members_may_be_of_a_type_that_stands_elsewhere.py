from further_members_may_be_of_a_type_that_stands_elsewhere import (
    FurtherMembersMayBeOfATypeThatStandsElsewhere as Client,
)
from further_members_may_be_of_a_type_that_stands_elsewhere import models
from tests.answering import Vendor

client = Client(http_client=Vendor({"count": 1, "attic": {"books": 3}}).http)
# The type of the further members is a class of another module.
assert client.shelves.list().extra == {"attic": models.Shelf(books=3)}

from dynamic_references_are_references import DynamicReferencesAreReferences, models
from tests.answering import Vendor

answer = {
    "name": "root",
    "children": [{"name": "leaf", "owner": {"age": 3}}],
    "place": {"city": "Bern"},
}
client = DynamicReferencesAreReferences(http_client=Vendor(answer).http)
tree = client.things.get_tree()
assert isinstance(tree.children, list)
assert isinstance(tree.children[0], models.Tree)
assert tree.children[0].owner == models.Person(age=3)
assert tree.place == models.Place(city="Bern")

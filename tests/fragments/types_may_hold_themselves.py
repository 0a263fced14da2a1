from tests.answering import Vendor
from types_may_hold_themselves import TypesMayHoldThemselves, models

vendor = Vendor(
    {
        "name": "root",
        "parent": None,
        "children": [{"name": "leaf", "self": {"tree": {"name": "x"}}}],
        "index": {"leaf": {"name": "leaf"}},
    },
    {"a": [1, "b", {"c": []}]},
    {"wife": {"husband": {"wife": {}}}},
)
client = TypesMayHoldThemselves(http_client=vendor.http)
tree = client.trees.replace("1", name="a", children=[models.Tree(name="b", parent=None)])
assert vendor.body == {"name": "a", "children": [{"name": "b", "parent": None}]}
assert isinstance(tree.children, list)
leaf = tree.children[0]
assert isinstance(leaf, models.Tree)
assert isinstance(leaf.self, models.TreeSelf)
assert leaf.self.tree == models.Tree(name="x")
assert tree.index == {"leaf": models.Tree(name="leaf")}
assert client.trees.get_json() == {"a": [1, "b", {"c": []}]}
man = client.trees.get_man()
assert isinstance(man.wife, models.Woman)
assert man.wife.husband == models.Man(wife=models.Woman())

from tests.answering import Vendor
from the_best_match_is_chosen_without_a_discriminator import (
    TheBestMatchIsChosenWithoutADiscriminator,
    errors,
    models,
)

vendor = Vendor(
    {"width": 1, "height": 2, "name": "b"},
    {"radius": 1, "name": "c"},
    {"from": 1, "to": 2},
    {"width": 1},
)
client = TheBestMatchIsChosenWithoutADiscriminator(http_client=vendor.http)
assert client.things.replace("1", body=models.Circle(radius=2)) == models.Box(
    width=1, height=2, name="b"
)
assert vendor.body == {"radius": 2}
assert client.things.replace("1", body={"width": 1, "height": 2}) == models.Circle(
    radius=1, name="c"
)
line = client.things.replace("1", body={"from": 0, "to": 9})
assert isinstance(line, models.ShapeLine)
assert (line.from_, line.to) == (1, 2)
# Not all that is required is there, and still one is the nearest.
assert isinstance(client.things.replace("1", body={"radius": 1}), models.Box)
try:
    client.things.replace("1", body={"width": 1})
except errors.InvalidRequestError as error:
    assert error.problems
else:
    raise AssertionError("that is no shape")
# A record that knows every field is nearer than one that knows a few, whatever the fields are.
feeds = Vendor({"id": "1", "name": "n", "url": "u"}, {"id": "1"})
client = TheBestMatchIsChosenWithoutADiscriminator(http_client=feeds.http)
assert client.feeds.get() == models.Full(id="1", name="n", url="u")
assert client.feeds.get() == models.Mini(id="1")

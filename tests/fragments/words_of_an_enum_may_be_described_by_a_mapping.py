import inspect

from tests.answering import Vendor
from words_of_an_enum_may_be_described_by_a_mapping import (
    WordsOfAnEnumMayBeDescribedByAMapping,
    models,
)

client = WordsOfAnEnumMayBeDescribedByAMapping(http_client=Vendor("m").http)
assert client.things.get_size() is models.Size.M
lines = [line.strip() for line in inspect.getsource(models.Size).splitlines()]
assert lines[lines.index('M = "m"') + 1] == '"""The middle one."""'
assert models.Size.L.value == "l"
assert lines[lines.index('SMALL = "s"') + 1] == '"""The small one."""'
assert "The high one." in inspect.getsource(models.Level)

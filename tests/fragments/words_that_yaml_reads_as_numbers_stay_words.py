from tests.answering import Vendor
from words_that_yaml_reads_as_numbers_stay_words import (
    Country,
    Version,
    WordsThatYamlReadsAsNumbersStayWords,
)

vendor = Vendor({"country": "NO", "version": "1.10"})
client = WordsThatYamlReadsAsNumbersStayWords(http_client=vendor.http)
assert [member.value for member in Country] == ["NO", "SE", "on"]
assert [member.value for member in Version] == ["1.10", "007", "2024-01-01", "true"]
thing = client.things.replace("1", country="NO", version="1.10")
assert vendor.body == {"country": "NO", "version": "1.10"}
assert thing.version is Version("1.10")

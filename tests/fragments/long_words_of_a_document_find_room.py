from long_words_of_a_document_find_room import LongWordsOfADocumentFindRoom as Client
from tests.answering import Vendor

said = {
    "help": "see https://example.com/a/page/with/an/address/that/goes/on/and/on/and/on/and/never/ends"
    "/until/here for more",
    "word": "手紙" * 28,
}
vendor = Vendor(said)
notes = Client(http_client=vendor.http).notes_that_have_a_long_name_on_the_shelf.list(
    the_number_of_a_page_that_nobody_reads_to_its_end=3
)
# A word that is wider than a line is written in pieces and stays itself.
assert (notes.help, notes.word) == (said["help"], said["word"])
assert not notes.extra
# A name that finds no room beside itself is one all the same.
assert vendor.last.url.params["the_number_of_a_page_that_nobody_reads_to_its_end"] == "3"

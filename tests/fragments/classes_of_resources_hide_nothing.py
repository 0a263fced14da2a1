from classes_of_resources_hide_nothing import ClassesOfResourcesHideNothing
from tests.answering import Vendor

vendor = Vendor(None)
client = ClassesOfResourcesHideNothing(http_client=vendor.http)
# The data of an operation `sms` is called SMS; a class of that name would hide it.
client.sms.sms()
client.y.y()
# `AsyncTasks` would be the async twin of `Tasks`.
client.async_tasks.one()
client.tasks.two()
assert type(client.tasks).__name__ == "TasksResource"
# A keyword is no class, and a resource may be called as the client is.
assert type(client.import_).__name__ == "Import"
assert type(client.classes_of_resources_hide_nothing).__name__ == (
    "ClassesOfResourcesHideNothingResource"
)
# The client has a property of that name.
assert client.base_url == "https://api.example.com"
client.base_url_.three()

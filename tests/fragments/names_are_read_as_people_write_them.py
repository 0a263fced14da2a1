from names_are_read_as_people_write_them import NamesAreReadAsPeopleWriteThem, models
from tests.answering import Reply, Vendor

none = [Reply(status=204) for _ in range(4)]
vendor = Vendor({"redirectURLs": ["https://a"], "line1": "x"}, *none)
client = NamesAreReadAsPeopleWriteThem(http_client=vendor.http)
found = client.floating_ips.get("1", ipv6_only=True)
assert isinstance(found, models.OAuth2Client)
assert (found.redirect_urls, found.line1) == (["https://a"], "x")
# Tags that differ only in their spelling are one resource; ids that a program made say nothing.
client.one_click_apps.create()
client.one_click_apps.stop("7")
client.orders.list_parts("8")
client.orders.replace("8")
assert [(request.method, request.url.raw_path.decode()) for request in vendor.requests] == [
    ("GET", "/floating_ips/1?IPv6Only=true"),
    ("POST", "/one_clicks"),
    ("POST", "/one_clicks/7/stop"),
    ("GET", "/api/v2/orders/8/parts"),
    ("PUT", "/api/v2/orders/8"),
]

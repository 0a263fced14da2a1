"""What a list of orders is decoded to, as one would write it by hand."""

import datetime
from typing import Literal

import msgspec


class Customer(msgspec.Struct):
    """Who buys."""

    id: str
    name: str
    email: str | None = None


class Line(msgspec.Struct):
    """One article of an order."""

    article: str
    count: int
    price: float


class Order(msgspec.Struct):
    """An order."""

    id: str
    number: int
    state: Literal["open", "paid", "sent", "returned"]
    placed_at: datetime.datetime
    total: float
    paid: bool
    customer: Customer
    lines: list[Line]
    tags: list[str]
    note: str | None = None


ORDERS = msgspec.json.Decoder(list[Order])

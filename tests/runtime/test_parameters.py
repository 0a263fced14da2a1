"""Parameters: every style of OpenAPI, and that no value can change a path's structure."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specloom.targets.client.runtime import parameters
from specloom.targets.client.runtime.models import UNSET, Model, OpenEnum
from specloom.targets.client.runtime.operations import Parameter
from specloom.targets.client.runtime.parameters import (
    cookie_pairs,
    cookie_text,
    header_text,
    path_text,
    query_pairs,
    query_text,
)


class Color(OpenEnum):
    BLUE = "blue"


class Rgb(Model, kw_only=True):
    r: int
    g: int


ARRAY = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}


def path(style: str, explode: bool | None, value: Any, **more: Any) -> str:
    return path_text(
        Parameter(name="color", place="path", style=style, explode=explode, **more), value
    )


def query(style: str, explode: bool | None, value: Any, **more: Any) -> str:
    parameter = Parameter(name="color", place="query", style=style, explode=explode, **more)
    return query_text(query_pairs(parameter, value))


def header(value: Any, **more: Any) -> str | None:
    return header_text(Parameter(name="X-Color", place="header", **more), value)


def cookie(value: Any, **more: Any) -> str:
    return cookie_text(cookie_pairs(Parameter(name="color", place="cookie", **more), value))


# The table of styles in OpenAPI 3.2, 4.12.6.
PATHS: list[tuple[str, bool | None, Any, str]] = [
    ("", None, "blue", "blue"),
    ("simple", False, ARRAY, "blue,black,brown"),
    ("simple", True, ARRAY, "blue,black,brown"),
    ("simple", None, OBJECT, "R,100,G,200,B,150"),
    ("simple", True, OBJECT, "R=100,G=200,B=150"),
    ("label", None, "blue", ".blue"),
    ("label", False, ARRAY, ".blue,black,brown"),
    ("label", True, ARRAY, ".blue.black.brown"),
    ("label", False, OBJECT, ".R,100,G,200,B,150"),
    ("label", True, OBJECT, ".R=100.G=200.B=150"),
    ("matrix", None, "blue", ";color=blue"),
    ("matrix", None, "", ";color"),
    ("matrix", False, ARRAY, ";color=blue,black,brown"),
    ("matrix", True, ARRAY, ";color=blue;color=black;color=brown"),
    ("matrix", False, OBJECT, ";color=R,100,G,200,B,150"),
    ("matrix", True, OBJECT, ";R=100;G=200;B=150"),
    ("", None, Color.BLUE, "blue"),
    ("", None, True, "true"),
    ("", None, 1.5, "1.5"),
    ("", None, datetime.date(2026, 1, 2), "2026-01-02"),
    ("", None, "a/b", "a%2Fb"),
    ("", None, "a?b#c%2F;é", "a%3Fb%23c%252F%3B%C3%A9"),
    ("", None, ["a,b", "c"], "a%2Cb,c"),
    ("", None, {"a": [1, 2]}, "a,%5B1%2C2%5D"),
    ("", None, "..a", "..a"),
]  # fmt: skip


@pytest.mark.parametrize(("style", "explode", "value", "text"), PATHS)
def test_a_path_parameter_in_every_style(
    style: str, explode: bool | None, value: Any, text: str
) -> None:
    assert path(style, explode, value) == text


VARIABLES: dict[str, Any] = {
    "who": "fred",
    "hello": "Hello World!",
    "half": "50%",
    "dub": "me/too",
    "empty": "",
    "v": "6",
    "list": ["red", "green", "blue"],
    "keys": {"semi": ";", "dot": ".", "comma": ","},
    "undef": None,
}
# The examples of RFC 6570, 3.2.2 to 3.2.8, for what has a style in OpenAPI.
EXPANSIONS = {
    "{who}": "fred",
    "{hello}": "Hello%20World%21",
    "{half}": "50%25",
    "{dub}": "me%2Ftoo",
    "{list}": "red,green,blue",
    "{list*}": "red,green,blue",
    "{keys}": "semi,%3B,dot,.,comma,%2C",
    "{keys*}": "semi=%3B,dot=.,comma=%2C",
    "{+hello}": "Hello%20World!",
    "{+half}": "50%25",
    "{+keys}": "semi,;,dot,.,comma,,",
    "{+keys*}": "semi=;,dot=.,comma=,",
    "{.who}": ".fred",
    "{.half}": ".50%25",
    "{.list}": ".red,green,blue",
    "{.list*}": ".red.green.blue",
    "{.keys}": ".semi,%3B,dot,.,comma,%2C",
    "{.keys*}": ".semi=%3B.dot=..comma=%2C",
    "{;who}": ";who=fred",
    "{;half}": ";half=50%25",
    "{;empty}": ";empty",
    "{;v}": ";v=6",
    "{;list}": ";list=red,green,blue",
    "{;list*}": ";list=red;list=green;list=blue",
    "{;keys}": ";keys=semi,%3B,dot,.,comma,%2C",
    "{;keys*}": ";semi=%3B;dot=.;comma=%2C",
    "{?who}": "who=fred",
    "{?half}": "half=50%25",
    "{?empty}": "empty=",
    "{?undef}": "",
    "{?list}": "list=red,green,blue",
    "{?list*}": "list=red&list=green&list=blue",
    "{?keys}": "keys=semi,%3B,dot,.,comma,%2C",
    "{?keys*}": "semi=%3B&dot=.&comma=%2C",
}


@pytest.mark.parametrize(("expression", "text"), EXPANSIONS.items())
def test_a_style_expands_as_its_uri_template(expression: str, text: str) -> None:
    name = expression.strip("{+.;?*}")
    style = {".": "label", ";": "matrix", "?": "form"}.get(expression[1], "simple")
    parameter = Parameter(
        name,
        "query" if style == "form" else "path",
        style=style,
        explode="*" in expression,
        allow_reserved="+" in expression,
    )
    value = VARIABLES[name]
    spelled = query_text(query_pairs(parameter, value)) if style == "form" else None
    assert (path_text(parameter, value) if spelled is None else spelled) == text


@pytest.mark.parametrize("value", ["", ".", "..", "...", [], [""], {}, None, UNSET])
@pytest.mark.parametrize("style", ["", "label"])
def test_a_path_value_that_is_nothing_or_dots_is_refused(style: str, value: Any) -> None:
    with pytest.raises(ValueError, match="color"):
        path(style, None, value)


@given(
    st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()),
    st.booleans(),
    st.booleans(),
)
def test_no_value_changes_the_structure_of_a_path(
    value: Any, explode: bool, reserved: bool
) -> None:
    for style in ("simple", "label", "matrix"):
        try:
            text = path(style, explode, value, allow_reserved=reserved)
        except (ValueError, UnicodeEncodeError):
            continue
        url = f"http://127.0.0.1/v1/videos/{text}/file"
        parts = urlsplit(url)
        assert parts.path.count("/") == 4
        assert not parts.query
        assert not parts.fragment
        raw = httpx2.URL(url).raw_path.decode()
        assert raw.startswith("/v1/videos/")
        assert unquote(raw) == unquote(f"/v1/videos/{text}/file")


def test_reserved_characters_stay_where_they_may() -> None:
    assert path("", None, "a:b@c/d?e", allow_reserved=True) == "a:b@c%2Fd%3Fe"
    assert query("", None, "http://x/?a=b&c#d+e", allow_reserved=True) == (
        "color=http://x/?a%3Db%26c%23d%2Be"
    )
    assert query("", None, "a/b?", allow_reserved=False) == "color=a%2Fb%3F"


QUERIES: list[tuple[str, bool | None, Any, str]] = [
    ("", None, "blue", "color=blue"),
    ("form", None, "", "color="),
    ("form", False, ARRAY, "color=blue,black,brown"),
    ("form", None, ARRAY, "color=blue&color=black&color=brown"),
    ("form", False, OBJECT, "color=R,100,G,200,B,150"),
    ("form", None, OBJECT, "R=100&G=200&B=150"),
    ("spaceDelimited", None, ARRAY, "color=blue%20black%20brown"),
    ("spaceDelimited", False, OBJECT, "color=R%20100%20G%20200%20B%20150"),
    ("spaceDelimited", True, ARRAY, "color=blue&color=black&color=brown"),
    ("pipeDelimited", False, ARRAY, "color=blue%7Cblack%7Cbrown"),
    ("pipeDelimited", None, OBJECT, "color=R%7C100%7CG%7C200%7CB%7C150"),
    ("deepObject", None, OBJECT, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
    ("deepObject", True, {"a": {"b": [1, 2]}, "c": None},
     "color%5Ba%5D%5Bb%5D%5B0%5D=1&color%5Ba%5D%5Bb%5D%5B1%5D=2"),
    ("deepObject", True, [{"a": 1}, {"a": 2}], "color%5B0%5D%5Ba%5D=1&color%5B1%5D%5Ba%5D=2"),
    ("deepObject", None, "blue", "color=blue"),
    ("", None, Rgb(r=1, g=2), "r=1&g=2"),
    ("", None, [Color.BLUE, Color("new")], "color=blue&color=new"),
    ("", None, False, "color=false"),
    ("", None, 1e-7, "color=0.0000001"),
    ("", None, 1e22, "color=10000000000000000000000"),
    ("", None, [0.1, 2.0], "color=0.1&color=2.0"),
    ("", None, "a b&c=d+é", "color=a%20b%26c%3Dd%2B%C3%A9"),
    ("", False, ["a,b", "c"], "color=a%2Cb,c"),
    ("", None, {"a&b": 1}, "a%26b=1"),
    ("", None, None, ""),
    ("", None, UNSET, ""),
    ("", None, [], ""),
    ("", False, [], ""),
    ("", None, [{"a": 1}], "color=%7B%22a%22%3A1%7D"),
]  # fmt: skip


@pytest.mark.parametrize(("style", "explode", "value", "text"), QUERIES)
def test_a_query_parameter_in_every_style(
    style: str, explode: bool | None, value: Any, text: str
) -> None:
    assert query(style, explode, value) == text
    assert httpx2.URL(f"http://x/?{text}").query.decode() == text  # nothing is encoded twice


def test_the_name_is_encoded_too() -> None:
    parameter = Parameter(name="filter[a]&", place="query")
    assert query_pairs(parameter, 1) == [("filter%5Ba%5D%26", "1")]


def test_a_parameter_with_a_media_type_is_written_in_it() -> None:
    json = {"content_type": "application/json"}
    assert query("", None, {"a": ["é"]}, **json) == "color=%7B%22a%22%3A%5B%22%C3%A9%22%5D%7D"
    assert query("", None, "a", **json) == "color=%22a%22"
    assert query("", None, "a", content_type="text/plain") == "color=a"
    assert path("", None, [1], content_type="application/problem+json; v=1") == "%5B1%5D"
    assert header({"a": 1}, **json) == '{"a":1}'
    assert cookie([1], **json) == "color=%5B1%5D"


@pytest.mark.parametrize(
    ("value", "explode", "text"),
    [
        ("blue", None, "blue"),
        (ARRAY, None, "blue,black,brown"),
        (OBJECT, None, "R,100,G,200,B,150"),
        (OBJECT, True, "R=100,G=200,B=150"),
        ("a b/c%", None, "a b/c%"),
        (True, None, "true"),
        ("", None, ""),
        ([], None, None),
        (None, None, None),
        (UNSET, None, None),
    ],
)
def test_a_header(value: Any, explode: bool | None, text: str | None) -> None:
    assert header(value, explode=explode) == text


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\n", "\x00", "中", ["a", "b\r"]])
def test_a_header_cannot_be_broken_out_of(value: Any) -> None:
    with pytest.raises(ValueError, match="X-Color"):
        header(value)


@pytest.mark.parametrize(
    ("value", "style", "explode", "text"),
    [
        ("blue", "", None, "color=blue"),
        (ARRAY, "", False, "color=blue,black,brown"),
        (ARRAY, "form", None, "color=blue; color=black; color=brown"),
        (OBJECT, "", None, "R=100; G=200; B=150"),
        ("a;b c", "", None, "color=a%3Bb%20c"),
        ("a=b/", "cookie", None, "color=a=b/"),
        (OBJECT, "cookie", None, "R=100; G=200; B=150"),
        (None, "cookie", None, ""),
        ([], "cookie", False, ""),
    ],
)
def test_a_cookie(value: Any, style: str, explode: bool | None, text: str) -> None:
    assert cookie(value, style=style, explode=explode) == text


@pytest.mark.parametrize("value", ["a; b=1", "a\r\n", 'a"', "a,b", "é"])
def test_a_cookie_that_is_not_encoded_cannot_be_broken_out_of(value: str) -> None:
    with pytest.raises(ValueError, match="color"):
        cookie(value, style="cookie")


def test_what_has_no_json_form_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="color: /0: object has no JSON form"):
        query("", None, [object()])


def test_the_module_exports_what_it_says() -> None:
    assert all(hasattr(parameters, name) for name in parameters.__all__)

"""Hostile documents: one skeleton with a slot for every text of a document, and what they are filled with."""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Fill = Callable[[str], str]

# Text that tries to leave the place where it stands; `pwned` is what it would do there.
ATTACKS = (
    '"',
    "'",
    '"""',
    "'''",
    '""""',
    "\\",
    '\\"',
    '\\"""',
    '"""\npwned()\n"""',
    "'''\npwned()\n'''",
    "\\\n",
    '")\npwned()\n(',
    "\n",
    "\r",
    "\r\npwned()",
    "\0",
    "\x1b[2J\x1b[31m",
    "\x1b]0;pwned\x07",
    "\x07\x08\x7f",
    "\u2028pwned()",
    "\u2029",
    "\x85pwned()",
    "\x0b\x0c",
    "\ufeff",
    "\u202e)(denwp",
    "\u2066\u2069",
    "\u200b\u200d",
    "a\u0301\u0327",
    "\u0301",
    "\ud7ff\ue000\uffff",
    "\U000e0041\U0010ffff",
    "\U0001f600",
    "\ufffd",
    "\xad",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "{% endraw %}{{ pwned() }}",
    "{# x",
    "#}",
    "{pwned()}",
    "{0}{x!r:>{y}}",
    "%s%(a)s%n",
    "${pwned}",
    "`pwned`",
    "$(pwned)",
    "# pwned",
    "#",
    "# type: ignore",
    "# noqa",
    "# fmt: off",
    "# -*- coding: utf-7 -*-",
    "\\N{BULLET}",
    "\\x41\\u0041\\U00000041",
    "\\u0022\\u0022\\u0022",
    "\\",
    "\\\\",
    "f'{pwned()}'",
    "__import__('pwned')",
    "../../../pwned",
    "..\\..\\pwned",
    "/etc/pwned",
    "C:\\pwned",
    "file:///pwned",
    "~",
    ".",
    "..",
    "./",
    "//",
    "a/../b",
    "CON",
    "nul",
    "NUL.py",
    "com1",
    "LPT9",
    "aux",
    "prn",
    "COM\u00b9",
    "__init__",
    "__main__",
    "__class__",
    "__dict__",
    "class",
    "\u1d04\u029f\u1d00\ua731\ua731",
    "\uff43\uff4c\uff41\uff53\uff53",
    "\ufb01nally",
    "\U0001d41d\U0001d41e\U0001d41f",
    "None",
    "True",
    "self",
    "print",
    "str",
    "models",
    "Any",
    "Literal",
    "mro",
    "import",
    "async",
    "match",
    "_",
    "__",
    "",
    " ",
    "\t",
    "1",
    "0x",
    "\u0661",
    "\u0430\u0435\u043e",
    "\u212a",
    "\u0130",
    "\xdf",
    "\u01c5",
    "\u65e5\u672c",
    "\u05d0\u05d1",
    "\u0e01\u0e33",
    "<script>pwned()</script>",
    "<img src=x onerror=pwned()>",
    "<!-- ",
    "-->",
    "]]>",
    "</details>",
    "&lt;pwned&gt;",
    "&#60;x&#62;",
    "[x](javascript:pwned())",
    "![x](http://pwned.test/a.png)",
    "[x]: http://pwned.test",
    "<javascript:pwned()>",
    "](x)",
    "```\npwned\n```",
    "~~~",
    "````",
    "| a | b |",
    "\n\n# pwned\n\n",
    "\n---\n",
    "\n===\n",
    "\n- pwned",
    "\n    pwned",
    "1. x",
    '"\n[tool.pwned]\nx = "',
    '"""\n[project]\n',
    "\n[pwned]\n",
    "a = 1",
    "]",
    "}",
    ")",
    "((((",
    "]]]]",
    "a" * 400,
    "a " * 200,
    "-" * 300,
    "\\" * 81,
    '"' * 80,
    "'" * 81,
    "x\\" * 60,
    "\u00e9" * 300,
    "\U0001f468\u200d\U0001f469" * 40,
    "Args:\n    pwned: x",
    ">>> pwned()",
    ":",
    ": ",
    "=",
    "*",
    "**kwargs",
    "a=1, *",
    "lambda: pwned()",
    ";pwned()",
    "if x:\n    pwned()",
    "@pwned",
    "(a+)+$",
    "[",
    "(?P<x>",
    "\\p{L}",
)

# The slots that name fields of a record.
FIELDS = frozenset(
    {"discriminator", "inner-property", "required", "enum", "const", "default", "inner", "list"}
    | {"map", "union", "format"}
)

# Where a slot's name may not say everything: a path has templates, a media type and a URL have forms.
_NO_BRACES = str.maketrans("", "", "{}")


def skeleton(fill: Fill) -> dict[str, Any]:
    """A document that is the same but for its texts; `fill` gives the text of a slot, by its name."""
    schemas = _schemas(fill)
    reference = {"$ref": f"#/components/schemas/{_step(next(iter(schemas)))}"}
    scheme, code = fill("scheme"), f"c{fill('code')}"
    return {
        "openapi": "3.2.0",
        "info": {
            "title": fill("title"),
            "version": fill("version"),
            **{name: fill(name) for name in ("summary", "description", "termsOfService")},
            "contact": {name: fill(f"contact-{name}") for name in ("name", "url", "email")},
            "license": {"name": fill("license")},
        },
        "servers": [
            {
                "url": f"https://example.com/{fill('server').translate(_NO_BRACES)}/{{v}}",
                "description": fill("server-doc"),
                "variables": {"v": {"default": fill("variable"), "enum": [fill("variable-enum")]}},
            }
        ],
        "tags": [{"name": (tag := fill("tag")), "description": fill("tag-doc")}],
        "externalDocs": {"url": fill("docs-url"), "description": fill("docs-doc")},
        "paths": {
            f"/a/{fill('path').translate(_NO_BRACES)}/{{id}}": {
                "post": _operation(fill, tag, reference, scheme)
            }
        },
        "webhooks": {fill("webhook"): {"post": _webhook(fill, reference)}},
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                scheme: {
                    "type": "apiKey",
                    "in": "header",
                    "name": fill("key-header"),
                    "description": fill("scheme-doc"),
                }
            },
        },
        "x-error-codes": {
            code: {"name": "Pinned", "kind": "request", "message": f"m{fill('code-message')}"}
        },
        "x-foreign": {fill("extension"): fill("extension-value")},
    }


def _step(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("%", "%25").replace("#", "%23")


def _operation(fill: Fill, tag: str, reference: Any, scheme: str) -> dict[str, Any]:
    media = fill("media")
    return {
        "operationId": fill("operation"),
        "tags": [tag],
        "summary": fill("operation-summary"),
        "description": fill("operation-doc"),
        "deprecated": True,
        "security": [{scheme: []}],
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
            *(_parameter(fill, where) for where in ("query", "header", "cookie")),
        ],
        "requestBody": {
            "description": fill("body-doc"),
            "content": {"application/json": {"schema": reference, "example": fill("body-example")}},
        },
        "responses": {
            "200": {
                "description": fill("answer-doc"),
                "headers": {
                    fill("answer-header"): {
                        "schema": {"type": "string"},
                        "description": fill("header-doc"),
                    }
                },
                "content": {
                    "application/json": {
                        "schema": reference,
                        "examples": {fill("example-name"): {"value": fill("example-value")}},
                    }
                },
                "links": {
                    fill("link"): {
                        "operationId": fill("link-operation"),
                        "description": fill("link-doc"),
                    }
                },
            },
            "400": {
                "description": fill("error-doc"),
                "content": {f"text/{media}": {"schema": {"type": "string"}}},
            },
        },
        "callbacks": {
            fill("callback"): {
                fill("callback-url").translate(_NO_BRACES): {"post": _webhook(fill, reference)}
            }
        },
    }


def _parameter(fill: Fill, where: str) -> dict[str, Any]:
    return {
        "name": fill(f"{where}-name"),
        "in": where,
        "description": fill(f"{where}-doc"),
        "example": fill(f"{where}-example"),
        "schema": {"type": "string", "default": fill(f"{where}-default")},
    }


def _webhook(fill: Fill, reference: Any) -> dict[str, Any]:
    return {
        "operationId": fill("webhook-operation"),
        "description": fill("webhook-doc"),
        "requestBody": {"content": {"application/json": {"schema": reference}}},
        "responses": {"200": {"description": fill("webhook-answer")}},
    }


def _schemas(fill: Fill) -> dict[str, Any]:
    kind, variant, word = fill("discriminator"), fill("variant"), fill("variant-word")
    inner = {
        "type": "object",
        "title": fill("inner-title"),
        "properties": {
            fill("inner-property"): {"type": "integer", "description": fill("inner-doc")}
        },
    }
    return {
        fill("schema"): {
            "type": "object",
            "title": fill("schema-title"),
            "description": fill("schema-doc"),
            "required": [required := fill("required")],
            "properties": {
                required: {
                    "type": "string",
                    "pattern": fill("pattern"),
                    "description": fill("doc"),
                },
                fill("enum"): {
                    "type": "string",
                    "enum": [fill("word-1"), fill("word-2"), fill("word-3")],
                    "x-enum-descriptions": [fill("word-doc-1"), fill("word-doc-2"), fill("w-3")],
                    "default": fill("enum-default"),
                },
                fill("const"): {"const": fill("const-value")},
                fill("default"): {"type": "string", "default": fill("default-value")},
                fill("inner"): inner,
                fill("list"): {"type": "array", "items": copy.deepcopy(inner)},
                fill("map"): {
                    "type": "object",
                    "additionalProperties": {"type": "string"},
                    "default": {fill("map-key"): [fill("map-value"), {fill("map-deep"): None}]},
                    "examples": [{fill("map-example"): fill("map-example-value")}],
                },
                fill("union"): {
                    "oneOf": [{"$ref": f"#/components/schemas/{_step(variant)}"}],
                    "discriminator": {
                        "propertyName": kind,
                        "mapping": {word: f"#/components/schemas/{_step(variant)}"},
                    },
                },
                fill("format"): {"type": "string", "format": fill("format-name")},
            },
        },
        variant: {
            "type": "object",
            "required": [kind],
            "properties": {kind: {"type": "string", "enum": [word]}},
            "externalDocs": {"url": fill("schema-url"), "description": fill("schema-url-doc")},
        },
    }


def slots() -> tuple[str, ...]:
    """The names of all slots, in the order in which they are asked for, once for each time."""
    asked: list[str] = []

    def note(slot: str) -> str:
        asked.append(slot)
        return f"word{len(asked)} x"

    skeleton(note)
    return tuple(asked)


def filled(texts: Sequence[str], *, marked: bool) -> dict[str, Any]:
    """The skeleton with a text in each slot; `marked` puts a word of its own before each, so that no two are alike."""
    given = iter(texts)
    numbers = itertools.count(1)

    def fill(slot: str) -> str:
        # The space makes a harmless name need the same treatment as a hostile one.
        text = next(given)
        if not marked:
            return text
        # A field of such a name is kept among the extra ones, which is another shape, told by a warning.
        kept = (
            "".join(c for c in text if c.isprintable() and c not in '"\\')
            if slot in FIELDS
            else text
        )
        return f"word{next(numbers)} x{kept}"

    return skeleton(fill)

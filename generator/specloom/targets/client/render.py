"""The client: a distribution with the package, its runtime, its sandbox, its data."""

from __future__ import annotations

import ast
import json
import re
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from specloom.memory import FORGETFUL
from specloom.model.types import Binary, Enumeration, ListOf, Named, OneOf, Type
from specloom.output import File
from specloom.python.format import laid_out
from specloom.python.spelling import Code, docstring, identifier, listed, literal, sentence
from specloom.python.templates import environment
from specloom.targets.client.command import command_data
from specloom.targets.client.constructors import (
    constructor_doc,
    constructor_view,
    leads_to_sandbox,
    needed_credentials,
)
from specloom.targets.client.data import api_data
from specloom.targets.client.imports import export_key, import_key, words_of
from specloom.targets.client.json_layout import lay_out_json
from specloom.targets.client.listing import listing
from specloom.targets.client.lookups import listing_call
from specloom.targets.client.methods import kinds_of
from specloom.targets.client.parts import models_index, parts
from specloom.targets.client.results import gives_files
from specloom.targets.client.sandbox import described
from specloom.targets.client.webhooks import webhooks_view
from specloom.targets.docs import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    import jinja2

    from specloom.memory import Memory
    from specloom.model.api import Api, Resource

_RUNTIME = files("specloom.targets.client") / "runtime"
_VERSION = re.compile(r"\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?")


def render_client(api: Api, memory: Memory = FORGETFUL) -> list[File]:
    """The files of `client/`: woven modules laid out by black, the runtime byte for byte, data as JSON."""
    package = f"client/{api.package}"
    env = environment("specloom.targets.client")
    whole = [
        *(
            (name, memory.made(name, view, partial(_woven, env, template, view)))
            for name, template, view in _modules(api)
        ),
        *parts(api, env, memory, laid_out),
        *_data(api, memory),
    ]
    return [
        *(File(path=f"{package}/{name}", content=content) for name, content in whole),
        *_runtime(package),
        *(File(path=f"client/{name}", content=text.encode()) for name, text in _distribution(api)),
    ]


def _woven(env: jinja2.Environment, template: str, view: dict[str, Any]) -> str:
    return laid_out(env.get_template(f"{template}.py.jinja").render(**view))


def _data(api: Api, memory: Memory) -> Iterator[tuple[str, bytes]]:
    """What is no Python."""
    for name, data in (("_schemas.json", api.requests), ("sandbox/api.json", described(api))):
        yield name, memory.made(name, data, partial(_json, data))
    yield "py.typed", b""


def _runtime(package: str) -> Iterator[File]:
    for path, source in _python_files(_RUNTIME, ""):
        yield File(path=f"{package}/_runtime/{path}", content=source.read_bytes())


def _python_files(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _python_files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".py"):
            yield f"{prefix}{entry.name}", entry


def _json(value: Any) -> str:
    return f"{lay_out_json(value)}\n"


def _modules(api: Api) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The modules on the API as a whole, each with its template and what that prints."""
    yield "__init__.py", "init", _init(api)
    command = command_data(api)
    if command:
        yield "__main__.py", "main", {
            "command": command,
            "imports": _said(command, _COMMAND),
            "client": identifier(api.client_name),
            "doc": docstring(f"`python -m {api.package}`: make one, and save it.", 0),
        }
    value = api_data(api)
    yield "_api.py", "api", {"value": value, "imports": _said(value, _DATA)}
    yield "_client.py", "client", _client(api)
    yield "errors.py", "errors", _errors(api)
    if api.webhooks:
        yield "webhooks.py", "webhooks", webhooks_view(api)
    yield "sandbox/__init__.py", "sandbox_init", {
        "doc": docstring(f"The sandbox of {api.title}: the API on this machine, for no money.", 0),
        "class_doc": docstring(
            f"A server that plays {api.title}; see `python -m {api.package}.sandbox --help`."
        ),
    }
    doc = docstring(f"`python -m {api.package}.sandbox`.", 0)
    yield "sandbox/__main__.py", "sandbox_main", {"doc": doc}
    yield "resources/__init__.py", "resources_init", {}
    yield "models/__init__.py", "models_init", models_index(api)


_DATA = (
    *("Api", "ApiKey", "Authorization", "Basic", "Bearer", "ErrorPaths", "JobKind", "Limits"),
    *("OAuth2", "Server", "TextPath", "Variable", "VendorCode"),
)
_COMMAND = ("Argument", "Command")


def _said(code: Code, names: tuple[str, ...]) -> Code:
    said = words_of([code])
    return Code(", ".join(name for name in names if name in said))


def _client(api: Api) -> dict[str, Any]:
    def view(mark: str) -> dict[str, Any]:
        return {
            "name": identifier(f"{mark}{api.client_name}"),
            "parent": Code(f"{mark}Client"),
            "doc": docstring(_client_doc(api, mark)),
            "resources": [
                {
                    "name": identifier(resource.name),
                    "class": identifier(f"{mark}{resource.class_name}"),
                    "doc": docstring(
                        sentence(resource.doc) or f"The operations of {resource.name}.", 8
                    ),
                }
                for resource in api.resources
            ],
        }

    sync, asynchronous = view(""), view("Async")
    resources = [
        {
            "name": one["name"],
            "classes": sorted([one["class"], other["class"]], key=import_key),
        }
        for one, other in zip(sync["resources"], asynchronous["resources"], strict=True)
    ]
    resources.sort(key=lambda resource: str(resource["name"]))
    client = {
        "name": sync["name"],
        "doc": docstring(
            f"The clients: `{sync['name']}` and `{asynchronous['name']}`, the same but for `await`.",
            0,
        ),
        "names": listed(sorted([sync["name"], asynchronous["name"]], key=export_key)),
        "classes": [sync, asynchronous],
    }
    return {"client": client, "resources": resources, "takes": constructor_view(api)}


def _client_doc(api: Api, mark: str) -> str:
    if mark:
        return f"As `{api.client_name}`, to be awaited: every call is a coroutine."
    return constructor_doc(api)


def _errors(api: Api) -> dict[str, Any]:
    inherited = sorted(
        name for name in _all_of("errors.py") if name[0].isupper() and name != "Billed"
    )
    codes = [
        {
            "name": identifier(code.class_name),
            "doc": docstring(sentence(f"{code.code}: {code.message}")),
            "code": literal(code.code),
            "kind": literal(code.kind),
        }
        for code in api.error_codes
    ]
    names = listed(sorted([*inherited, *(code["name"] for code in codes)]))
    return {
        "doc": docstring(
            f"Every error of the client, and a class for each error code of {api.title}.", 0
        ),
        "inherited": [identifier(name) for name in sorted(inherited, key=import_key)],
        "codes": codes,
        "names": names,
    }


def _all_of(module: str) -> list[str]:
    """What a module of the runtime exports, read without importing it."""
    for statement in ast.parse((_RUNTIME / module).read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            return list(ast.literal_eval(statement.value))
    raise LookupError(f"{module} has no __all__")


# What calls give whose body comes later: imported from the package itself where there are such calls.
_LATE = {
    "_download": ("_runtime.binary", ["AsyncDownload", "Download"]),
    "_pages": ("_runtime.pages", ["AsyncPages", "Pages"]),
    "_stream": ("_runtime.streaming", ["AsyncStream", "Stream"]),
}


def _init(api: Api) -> dict[str, Any]:
    results = {
        f"resources.{resource.name}": sorted({*_results(resource)})
        for resource in api.resources
        if any(_results(resource))
    }
    doings = _doings(api)
    exports: dict[str, list[str]] = {
        "_client": [f"Async{api.client_name}", api.client_name],
        "_runtime.hooks": ["Hooks"],
        "_runtime.jobs": ["AsyncJob", "Job"],
        "_runtime.models": ["UNSET"],
        "_runtime.uploads": ["FileContent", "Upload"] if _sends_files(api) else [],
        "errors": sorted(["APIError", *(code.class_name for code in api.error_codes)]),
        "models": sorted(_argument_enumerations(api)),
        **results,
        **{module: names for does, (module, names) in _LATE.items() if does in doings},
    }
    taken: set[str] = set()
    views = []
    for module, names in exports.items():
        free = [name for name in names if name not in taken]
        taken.update(free)
        if free:
            views.append(
                (Code(module), [identifier(name) for name in sorted(free, key=import_key)])
            )
    intro = f"{api.title}: {api.summary}" if api.summary else api.title
    return {
        "doc": docstring(sentence(intro), 0),
        "exports": sorted(views),
        "names": listed(sorted([*taken, "errors", "models"], key=export_key)),
    }


def _sends_files(api: Api) -> bool:
    """Whether a caller gives a file anywhere."""
    operations = (one for resource in api.resources for one in resource.operations)
    return any(_holds_file(one.type) for call in operations for one in call.signature.arguments)


def _holds_file(kind: Type) -> bool:
    if isinstance(kind, OneOf):
        return any(_holds_file(variant) for variant in kind.variants)
    return isinstance(kind, Binary) or (isinstance(kind, ListOf) and _holds_file(kind.item))


def _results(resource: Resource) -> Iterator[str]:
    for operation in resource.operations:
        if operation.job is not None:
            yield from (operation.job.result_name, f"Async{operation.job.result_name}")


def _argument_enumerations(api: Api) -> set[str]:
    """The enumerations that a caller needs for arguments."""
    kinds = {declared.name for declared in api.types if isinstance(declared, Enumeration)}
    arguments = (
        a
        for r in api.resources
        for operation in r.operations
        for a in operation.signature.arguments
    )
    return {name for argument in arguments for name in _direct_names(argument.type)} & kinds


def _direct_names(kind: Type) -> Iterator[str]:
    match kind:
        case Named(name=name):
            yield name
        case OneOf(variants=variants):
            for variant in variants:
                yield from _direct_names(variant)
        case ListOf(item=item):
            yield from _direct_names(item)
        case _:
            return


def _distribution(api: Api) -> Iterator[tuple[str, str]]:
    """The files beside the package: what pip needs, and what a reader sees first."""
    env = environment("specloom.targets.client")
    version = _VERSION.match(api.version)
    keys = [f"{api.env_prefix}_{keyword.upper()}" for keyword in needed_credentials(api)]
    url, alone = f"{api.env_prefix}_BASE_URL=http://127.0.0.1:8026", leads_to_sandbox(api)
    yield "pyproject.toml", env.get_template("pyproject.toml.jinja").render(
        name=_toml(api.package.replace("_", "-")),
        package=_toml(api.package),
        version=_toml(version.group() if version else "0.0.0"),
        description=_toml(" ".join((api.summary or api.title).split())),
    )
    yield "README.md", env.get_template("README.md.jinja").render(
        title=Code(markdown.text(api.title)),
        summary=Code(markdown.words(sentence(api.summary))),
        package=identifier(api.package),
        client=identifier(api.client_name),
        variables=Code(", ".join([*keys, f"{api.env_prefix}_BASE_URL"])),
        sandbox=Code(" ".join([*(f"{key}=sandbox" for key in keys), *([] if alone else [url])])),
        is_guessed=alone,
        example=_example(api),
        ways=list(_ways(api)),
    )
    yield "api.md", listing(api)


_WAYS = {
    "_download": "`Download`: a file; `save(path)` streams it to disk, `read()` and `iter_bytes()` give its bytes.",
    "_stream": "`Stream`: items, each as soon as it comes; leave it early with `close()` or `with`.",
    "_pages": "`Pages`: all items of a list, page after page, each asked for when it is needed.",
}


def _ways(api: Api) -> Iterator[Code]:
    """What calls give beside plain values, where there are such calls."""
    doings = _doings(api)
    yield from (Code(way) for does, way in _WAYS.items() if does in doings)
    yield from _jobs_way(api)


def _jobs_way(api: Api) -> Iterator[Code]:
    """What is to be known of jobs, where there are any."""
    jobs = [one for resource in api.resources for one in resource.operations if one.job is not None]
    can_cancel = any(one.job is not None and one.job.cancel is not None for one in jobs)
    lists = [listing_call(api, one) for one in jobs if one.job is not None and one.job.listing]
    told = [
        "`wait()` gives its result, with `value`, `files`, `cost` and `expires_at`",
        "`client.jobs.resume(job.token)` takes it up again in another process",
        *(["`job.cancel()` asks the server to give it up"] if can_cancel else []),
        *([f"`{lists[0]}` finds those whose token was lost"] if lists else []),
    ]
    if jobs:
        yield Code(f"`Job`: what was ordered. {told[0]}; {'; '.join(told[1:])}.")


def _doings(api: Api) -> set[str]:
    """What the methods of an API call on their resources."""
    operations = [one for resource in api.resources for one in resource.operations]
    return {kind.does for one in operations for kind in kinds_of(one)}


def _example(api: Api) -> Code:
    """A first call: the required arguments of the first job operation, else of the first one at all."""
    operations = [(r, one) for r in api.resources for one in r.operations]
    jobs = [pair for pair in operations if pair[1].job and not pair[1].job.makes_several]
    plain = [pair for pair in operations if pair[1].job is None]
    if not operations:
        return Code("")
    resource, operation = (jobs or plain or operations)[0]
    arguments = ", ".join(
        f"{one.name}={literal(one.example if isinstance(one.example, str | int | float | list) else '...')}"
        for one in operation.signature.arguments
        if one.required
    )
    if operation.job is None or operation.job.makes_several:
        return Code(f"    print(client.{resource.name}.{operation.name}({arguments}))")
    name = operation.companions["generate"]
    first = f"    {(variable := resource.name.rstrip('s') or 'job')} = client.{resource.name}.{name}({arguments})"
    what = "url" if gives_files(api, operation.job) else "value"
    return Code(f"{first}\n    print({variable}.{what})")


def _toml(text: str) -> Code:
    """A TOML basic string: JSON's escapes are TOML's, but for surrogate pairs, which `ensure_ascii=False` avoids."""
    written = json.dumps(text, ensure_ascii=False)
    return Code("".join(char if char.isprintable() else _toml_escape(char) for char in written))


def _toml_escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"

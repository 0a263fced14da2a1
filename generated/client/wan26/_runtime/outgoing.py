"""From what a caller gives to what is sent, checked by the document's rules."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Any

from msgspec import UNSET
from msgspec.structs import replace

from .answers import names_json
from .deferred import Deferred
from .effects import Caught
from .encoding import to_wire
from .errors import AdviceWarning, InvalidRequestError
from .parameters import value_of
from .pointers import pointer, steps
from .vendors import make_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from . import bodies, checks, forms, pricing
    from .checks import Problem
    from .operations import Operation, Parameter
    from .requests import Options
    from .session import Session
else:  # without a body, and without problems, none of them is asked for
    bodies, checks = Deferred("bodies"), Deferred("checks")
    forms, pricing = Deferred("forms"), Deferred("pricing")

__all__ = ["as_documented", "checked"]

_A_KEY = "00000000-0000-4000-8000-000000000000"  # as long, and of the kind that is made up
_PACKAGE = __name__.rpartition(".")[0].rpartition(".")[0]


def checked(
    session: Session,
    operation: Operation[Any],
    parameters: Mapping[str, Any],
    body: Any,
    options: Options,
) -> Any:
    """The body as it is sent; what is wrong is raised, and advice warned of, before that.

    The rules see the body as the document has it: what is moved at run time moves afterwards. A
    body that is sent in another media type than the document's first (`send_as`) has no rules.

    Raises:
        InvalidRequestError: something breaks a rule, or has no form in which it could be sent.
    """
    fields = _fields(operation, body, options)
    if not options.get("check", True):
        return _moved_all(operation, fields)
    name = operation.body.check if operation.body is not None else None
    problems = list(_missing(operation, parameters, options))
    problems += _parameter_problems(session, operation, parameters)
    plain, files = (UNSET, []) if fields is UNSET else forms.without_files(fields)
    is_ruled = name is not None and plain is not UNSET and "send_as" not in options
    if name is not None and is_ruled:
        found = session.checks.problems(name, _with_key(operation, plain, options))
        problems += [one for one in found if not _is_within(one.path, files)]
    if problems:
        raise _invalid(session, operation, problems)
    for advice in session.checks.advice(name, plain) if name is not None and is_ruled else ():
        warnings.warn(advice.message, AdviceWarning, stacklevel=_caller())
    return _moved_all(operation, fields)


def _with_key(operation: Operation[Any], body: Any, options: Options) -> Any:
    """The body with an idempotency key, as the client adds one at the end, where it has none."""
    declared = operation.job.idempotency if operation.job is not None else None
    if declared is None or not declared.key.startswith("$request.body#"):
        return body
    value: Any = options.get("idempotency_key") or _A_KEY
    for step in reversed(steps(declared.key.partition("#")[2])):
        value = {step: value}
    return pricing.merged(value, body)


def _fields(operation: Operation[Any], body: Any, options: Options) -> Any:
    """The body in JSON's terms, files aside, with what the caller adds."""
    declared = operation.body.content_type if operation.body is not None else "application/json"
    kind = options.get("send_as", declared)
    extra = options.get("extra_body", UNSET)
    given = UNSET if _is_left_out(operation, body) else body
    if given is UNSET and extra is UNSET:
        return UNSET
    try:
        is_encoded = _is_encoded(operation, kind, given, options)
        own = (
            to_wire(given)
            if is_encoded or not bodies.holds_files(kind, given)
            else forms.to_fields(given)
        )
        added = forms.to_fields(extra) if bodies.holds_files(kind, extra) else to_wire(extra)
    except TypeError as error:
        problem = checks.Problem(path=str(error).partition(":")[0], message=str(error))
        raise InvalidRequestError(
            f"the body cannot be sent: {error}", problems=(problem,)
        ) from error
    if added is UNSET or added == {}:
        return own
    return added if own is UNSET else pricing.merged(own, added)


def _is_encoded(operation: Operation[Any], kind: str, body: Any, options: Options) -> bool:
    """Whether bytes are base64 in JSON; where JSON has no rules, they are the JSON themselves."""
    has_rules = operation.body is not None and operation.body.check is not None
    is_bytes = isinstance(body, bytes | bytearray | memoryview)
    return is_bytes and names_json(kind) and has_rules and "send_as" not in options


def _is_left_out(operation: Operation[Any], body: Any) -> bool:
    """Whether nothing was said of a body that need not be; an empty mapping was said."""
    is_needed = operation.body is None or operation.body.required
    return (
        not is_needed
        and isinstance(body, dict)
        and bool(body)
        and all(value is UNSET for value in body.values())
    )


def _missing(
    operation: Operation[Any], parameters: Mapping[str, Any], options: Options
) -> Iterator[Problem]:
    """Parameters that have to be there, and of which nothing would be sent."""
    added = {*options.get("extra_query", {})}
    added |= {name.lower() for name in options.get("extra_headers", {})}
    idempotency = operation.job.idempotency if operation.job is not None else None
    if idempotency is not None:  # a key that is made up is added at the very end
        added.add(idempotency.key.removeprefix("$request.header.").lower())
        added.add(idempotency.key.removeprefix("$request.query."))
    for one in operation.parameters:
        name = one.name.lower() if one.place == "header" else one.name
        if one.required and _is_nothing(one, value_of(one, parameters)) and name not in added:
            yield checks.Problem(path=pointer((one.name,)), message="is required")


def _is_nothing(parameter: Parameter, value: Any) -> bool:
    """Whether nothing would be sent: no style has a form for null, or for an empty collection."""
    is_empty = value is None or (isinstance(value, list | tuple | dict) and not value)
    return value is UNSET or (is_empty and not parameter.content_type)


def _parameter_problems(
    session: Session, operation: Operation[Any], parameters: Mapping[str, Any]
) -> Iterator[Problem]:
    told: dict[str, Any] = {}
    for one in operation.parameters:
        value = _wire(value_of(one, parameters)) if one.check else None
        if value is not None:
            told[f"{one.place}.{one.name}"] = value
    for problem in session.checks.problems(operation.name, told, "parameters") if told else ():
        place = next(key for key in told if _is_within(problem.path, [pointer((key,))]))
        name = place.partition(".")[2]
        rest = problem.path[len(pointer((place,))) :]
        yield replace(problem, path=pointer((name,)) + rest)


def _wire(value: Any) -> Any:
    """A value in JSON's terms; None for nothing."""
    with Caught(TypeError):  # what has no form at all is told when it is written
        wire = to_wire(value)
        return None if wire is UNSET else wire
    return None


def _is_within(path: str, places: list[str]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


def _moved_all(operation: Operation[Any], body: Any) -> Any:
    for source, target in operation.moves:
        body = _moved(body, source, target)
    return body


def _moved(body: Any, source: str, target: str) -> Any:
    *way, last = steps(source)
    place = body
    for step in way:
        place = place.get(step) if isinstance(place, dict) else None
    if not isinstance(place, dict) or last not in place or source == target:
        return body
    value = place.pop(last)
    for step in reversed(steps(target)):
        value = {step: value}
    return pricing.merged(body, value)


def as_documented(operation: Operation[Any], body: Any) -> Any:
    """A body that is sent as the document has it: moved members at home, files as empty texts."""
    plain, _ = forms.without_files(body)
    for source, target in reversed(operation.moves):
        plain = _moved(plain, target, source)
    return plain


def _invalid(session: Session, operation: Operation[Any], problems: list[Problem]) -> Exception:
    code = next((problem.code for problem in problems if problem.code is not None), None)
    lines = "\n".join(f"  - {problem}" for problem in problems)
    count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
    return make_error(
        session,
        InvalidRequestError,
        f"{operation.name}: the request has {count}\n{lines}",
        code=code,
        problems=tuple(problems),
        billed="no",
        retryable=False,
    )


def _caller() -> int:
    """The stack level of who called the client, as `warnings.warn` counts it in `checked`."""
    level, frame = 1, sys._getframe(1)
    while _is_ours(str(frame.f_globals.get("__name__", ""))) and frame.f_back is not None:
        level, frame = level + 1, frame.f_back
    return level


def _is_ours(module: str) -> bool:
    return module == _PACKAGE or module.startswith(f"{_PACKAGE}.")

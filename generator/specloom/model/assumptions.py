"""What the document assumes (`x-assumed`), each with the key that sets it at run time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specloom.model.api import Assumption, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from specloom.model.jobs import Job, Rule
    from specloom.model.operation_names import Found
    from specloom.openapi.tree import Node

_JOB_FIELDS: dict[str, Callable[[Job], Any]] = {
    "id": lambda job: job.id,
    "status": lambda job: job.status,
    "refused": lambda job: job.refused,
    "not-taken": lambda job: job.not_taken,
    "rules": lambda job: [_rule(rule) for rule in job.rules],
    "poll.interval": lambda job: job.interval,
    "poll.timeout": lambda job: job.timeout,
    "result.value": lambda job: job.result.value if job.result else None,
    "result.files": lambda job: job.result.files if job.result else None,
    "result.expires": lambda job: job.result.expires if job.result else None,
    "result.optional": lambda job: job.result.optional if job.result else None,
    "error.code": lambda job: job.error_code,
    "error.message": lambda job: job.error_message,
    "cost.amount": lambda job: job.cost.amount if job.cost else None,
    "cost.discount": lambda job: job.cost.discount if job.cost else None,
    "idempotency.known": lambda job: job.idempotency.known if job.idempotency else None,
}

_DATA = frozenset({"x-assumed", "example", "examples", "default"})


@dataclass(slots=True)
class _Reader:
    """Walks the whole document; an operation's name is short where only one resource has it."""

    operations: list[tuple[Found, Operation]]

    def short(self, operation: Operation) -> str:
        same = [one for _, one in self.operations if one.name == operation.name]
        return operation.name if len(same) == 1 else operation.qualified

    def jobs(self) -> Iterator[tuple[str, Operation, Job]]:
        """Each life cycle with the prefix of its keys."""
        firsts = [one for found, one in self.operations if found.is_first]
        told = [(one, one.job) for one in firsts if one.job is not None]
        for operation, job in told:
            yield "job" if len(told) == 1 else f"{operation.qualified}.job", operation, job

    def read(self, root: Node) -> Iterator[Assumption]:
        for pointer in _assuming(root.value) if root.tree.says("x-assumed") else ():
            node = root
            for step in pointer:
                node = node.inner(step)
            yield from self._said(node, node.inner("x-assumed"))

    def _said(self, node: Node, assumed: Node) -> Iterator[Assumption]:
        if isinstance(assumed.value, str):
            for key, value in self._keys(node) or [("", None)]:
                yield _assumption(key, value, assumed.value, node)
        for name, why in assumed.items():
            key, value = self._field(node, name)
            yield _assumption(key, value, str(why.value), node)

    def _field(self, node: Node, name: str) -> tuple[str, Any]:
        """The key and the value of one assumed field of an x-job or of an error code."""
        pointer = node.at.pointer
        if pointer and pointer[-1] == "x-job":
            for prefix, _, job in self.jobs():
                if job.at == node.at:
                    return f"{prefix}.{name}", _job_value(job, name)
        if len(pointer) == 2 and pointer[0] == "x-error-codes":
            member = node.get(name)
            return f"errors.{pointer[1]}.{name}", member.value if member is not None else None
        return "", None

    def _keys(self, node: Node) -> list[tuple[str, Any]]:
        """The keys for something assumed as a whole, by where it stands."""
        pointer = node.at.pointer
        if pointer[:1] == ("servers",):
            return [("base_url", node.text("url"))]
        if pointer[:1] == ("x-limits",):
            return [
                (f"limits.{name}", limit.value)
                for name, limit in node.items()
                if not name.startswith("x-")
            ]
        if pointer[:1] == ("paths",) and len(pointer) in {2, 3}:
            mine = [
                one for found, one in self.operations if node.at in (found.item.at, found.node.at)
            ]
            return [(f"{self.short(one)}.path", one.path) for one in mine]
        return list(self._schema_keys(node))

    def _error_keys(self) -> Iterator[tuple[str, Any]]:
        """An error answer says why where the life cycle of the first job does."""
        for _, _, job in list(self.jobs())[:1]:
            yield "error.code", job.error_code
            yield "error.message", job.error_message

    def _schema_keys(self, node: Node) -> Iterator[tuple[str, Any]]:
        """The keys for an assumed schema: a field of a request, an answer as a whole, a property that a job reads."""
        for found, operation in self.operations:
            for argument in operation.signature.arguments:
                if (
                    argument.place == "body"
                    and argument.assumed
                    and argument.path == _body_path(found, node)
                ):
                    yield f"{self.short(operation)}.body.{'.'.join(argument.path)}", "/" + "/".join(
                        argument.path
                    )
        roots = dict(_answer_roots(self.operations))
        if node.at in roots:
            yield from [("envelope", "$")] if roots[node.at] else self._error_keys()
            return
        for prefix, _, job in self.jobs():
            parent = node.at.pointer[:-2]
            if any(at.pointer == parent for at in roots):
                place = f"$.{node.at.pointer[-1]}"
                yield from (
                    (f"{prefix}.{name}", place)
                    for name in ("id", "status")
                    if place in _JOB_FIELDS[name](job)
                )
            elif isinstance(node.value, dict) and "enum" in node.value:
                yield f"{prefix}.states", {
                    state: list(words) for state, words in job.states.items()
                }


def _assuming(root: Any) -> Iterator[tuple[str | int, ...]]:
    """Where something is said to be assumed, in document order."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), root)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, dict):
            if "x-assumed" in value:
                yield pointer
            inner = [((*pointer, key), member) for key, member in value.items() if key not in _DATA]
        else:
            inner = [((*pointer, index), item) for index, item in enumerate(value)]
        waiting.extend(one for one in reversed(inner) if isinstance(one[1], dict | list))


def read_assumptions(root: Node, operations: list[tuple[Found, Operation]]) -> Iterator[Assumption]:
    """All assumptions of the document, in its order; one key is told once."""
    seen: set[str] = set()
    for found in _Reader(operations).read(root):
        if not found.key or found.key not in seen:
            seen.add(found.key)
            yield found


def _assumption(key: str, value: Any, why: str, node: Node) -> Assumption:
    plain = list(value) if isinstance(value, tuple) else value
    if isinstance(plain, list) and len(plain) == 1 and not isinstance(plain[0], dict):
        plain = plain[0]
    return Assumption(key=key, value=plain, why=" ".join(why.split()), at=node.at)


def _rule(rule: Rule) -> dict[str, Any]:
    """A rule as it is written in a document and set at run time."""
    written = {"code": rule.code, "when": rule.when or None, "state": rule.state}
    return {name: value for name, value in written.items() if value is not None}


def _job_value(job: Job, name: str) -> Any:
    if name.startswith("states."):
        return next(
            (words for state, words in job.states.items() if state == name.removeprefix("states.")),
            None,
        )
    return _JOB_FIELDS[name](job) if name in _JOB_FIELDS else None


def _body_path(found: Found, node: Node) -> tuple[str, ...]:
    """The path in the body of the property at `node`, through the request's objects; empty if it is not there."""
    body = found.node.get("requestBody")
    for _, content in body.follow().items("content") if body is not None else ():
        schema = content.get("schema")
        if schema is not None:
            return _path_to(schema.follow(), node, ())
    return ()


def _path_to(schema: Node, wanted: Node, path: tuple[str, ...]) -> tuple[str, ...]:
    for name, member in schema.items("properties"):
        if member.at == wanted.at:
            return (*path, name)
        if len(path) < 4 and (deeper := _path_to(member.follow(), wanted, (*path, name))):
            return deeper
    return ()


def _answer_roots(operations: list[tuple[Found, Operation]]) -> Iterator[tuple[Any, bool]]:
    """The schemas of whole answers, each with whether the answer is a success."""
    for found, _ in operations:
        for status, holder in found.node.items("responses"):
            for _, content in holder.follow().items("content"):
                schema = content.get("schema")
                if schema is not None:
                    yield schema.follow().at, status.startswith("2")

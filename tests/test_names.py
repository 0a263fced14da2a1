"""Names: words, the names of operations, and the lists of names that a document may not take."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from tests.weaving import ROOT

from specloom.diagnostics import Location
from specloom.model.names import (
    CLIENT_NAMES,
    ERROR_NAMES,
    METHOD_NAMES,
    RESOURCE_NAMES,
    client_class,
    pascal,
    shortened,
    singular,
    snake,
)
from specloom.model.operation_ids import id_words, route_words
from specloom.model.placement import divided
from specloom.model.types import Enumeration, Union
from specloom.pipeline import read_api
from specloom.targets.client.runtime import errors, twins
from specloom.targets.client.runtime.client import AsyncClient, Client

if TYPE_CHECKING:
    from pathlib import Path


def test_every_error_of_the_runtime_is_reserved() -> None:
    own = {name for name in errors.__all__ if name.endswith("Error")}

    assert own == ERROR_NAMES


def test_every_attribute_of_a_client_is_reserved() -> None:
    members = {name for kind in (Client, AsyncClient) for name, _ in inspect.getmembers(kind)}

    assert {name for name in members if not name.startswith("_")} <= RESOURCE_NAMES


def test_everything_that_makes_twins_is_reserved() -> None:
    assert set(twins.__all__) <= METHOD_NAMES


def imported(module: str) -> set[str]:
    tree = ast.parse((ROOT / "generated/client/wan26" / module).read_text("utf-8"))
    nodes = (one for one in ast.walk(tree) if isinstance(one, ast.Import | ast.ImportFrom))
    names = {(alias.asname or alias.name, node) for node in nodes for alias in node.names}
    own = ("resources.", "models", "errors", "_client")
    return {name for name, node in names if not (getattr(node, "module", "") or "").startswith(own)}


@pytest.mark.parametrize("module", ["__init__.py", "__main__.py", "_client.py"])
def test_whatever_a_package_imports_is_reserved(module: str) -> None:
    assert imported(module) - {"annotations"} <= CLIENT_NAMES


def test_a_client_hides_nothing_that_its_module_needs() -> None:
    assert [client_class(name) for name in ("Shop", "Any", "Client", "Job", "None")] == [
        "Shop",
        "AnyApi",
        "ClientApi",
        "JobApi",
        "NoneApi",
    ]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Floating IPs", "floating_ips"),
        ("VPCs", "vpcs"),
        ("redirectURLsOf", "redirect_urls_of"),
        ("userIDs", "user_ids"),
        ("Reserved IPv6", "reserved_ipv6"),
        ("SNMPv3Users", "snmpv3_users"),
        ("OAuth2Client", "oauth2_client"),
        ("getOAuthToken", "get_oauth_token"),
        ("GitHubApps", "github_apps"),
        ("HTTPServer", "http_server"),
        ("1-Click Applications", "one_click_applications"),
        ("line1", "line1"),
        ("S3Bucket", "s3_bucket"),
        ("M2MTokens", "m2m_tokens"),
        ("sha256", "sha256"),
        ("720P", "n720p"),
        ("Api20100401Call", "api_20100401_call"),
        ("verifyV2Limit", "verify_v2_limit"),
        ("gpt-3.5-turbo", "gpt_3_5_turbo"),
        ("обновитьЗаказ", "обновить_заказ"),
        ("ﬁle", "file"),
        ("№ 5", "no_5"),
        ("😀", ""),
    ],
)
def test_words_are_those_that_people_read(written: str, name: str) -> None:
    assert snake(written) == name
    assert pascal(written).isidentifier() or not name


def test_classes_keep_the_capitals_of_their_document() -> None:
    assert [pascal(one) for one in ("Floating IPs", "OAuth2 client", "1-Click")] == [
        "FloatingIPs",
        "OAuth2Client",
        "OneClick",
    ]


@pytest.mark.parametrize(
    ("operation_id", "method", "path", "resource", "name"),
    [
        ("listPets", "get", "/pets", "pets", "list"),
        ("getPets", "get", "/pets", "pets", "list"),
        ("getPet", "get", "/pets/{id}", "pets", "get"),
        ("getSettings", "get", "/settings", "settings", "get"),
        ("search", "get", "/search", "search", "search"),
        ("deleteMenuItem", "delete", "/menu/{menuItemId}", "menu", "delete_item"),
        ("read_item_items__item_id__get", "get", "/items/{item_id}", "items", "read"),
        ("UsersController_findAll", "get", "/users", "users", "find_all"),
        ("ModulesResource.registerModules_post", "post", "/modules", "modules", "register"),
        ("PostCharges", "post", "/v1/charges", "charges", "create"),
        ("put-file", "put", "/files/{id}", "files", "replace"),
        ("post-assign-keys", "post", "/network/assign", "network", "assign_keys"),
        ("documents_by_query_post", "post", "/documents/fetch", "keys", "documents_by_query_post"),
    ],
)
def test_an_operation_id_says_what_is_done(
    operation_id: str, method: str, path: str, resource: str, name: str
) -> None:
    assert "_".join(id_words(operation_id, method, path, resource)) == name


@pytest.mark.parametrize(
    ("operation_id", "method", "path", "resource", "name"),
    [
        ("", "get", "/v1/things", "things", "list"),
        ("", "get", "/account", "account", "get"),
        ("", "get", "/episodes/{id}/previous", "episode", "get_previous"),
        ("", "post", "/invoices/{id}/subscribe", "invoices", "subscribe"),
        ("", "post", "/login", "login", "login"),
        ("", "get", "/documents/findByDate", "documents", "find_by_date"),
        ("", "get", "/people/{id}", "person", "get"),
        ("PostChargesCharge", "post", "/v1/charges/{charge}", "charges", "update"),
        ("get_files_id", "get", "/files/{file_id}", "files", "get"),
        ("post-a-aId-cancels", "post", "/a/{aId}/cancels", "changes", "create_a_cancel"),
        ("post-/files/copy", "post", "/files/{id}/copy", "files", "copy"),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", "get", "/things/{id}", "things", "get"),
        ("api/v{version}/Tasks", "get", "/api/v1/odata/Tasks", "tasks", "list"),
    ],
)
def test_method_and_path_name_what_has_no_name(
    operation_id: str, method: str, path: str, resource: str, name: str
) -> None:
    assert id_words(operation_id, method, path, resource) == []
    assert "_".join(route_words(method, path, resource)[0]) == name


def test_the_singular_is_told_by_the_ending() -> None:
    plural = ["charges", "boxes", "statuses", "people", "keys", "policies", "address", "bus"]

    assert [singular(one) for one in plural] == [
        *("charge", "box", "status", "person", "key", "policy", "address", "bus"),
    ]


def test_long_class_names_lose_what_they_say_twice_and_then_their_middle() -> None:
    long = "ListCredentialsV1ResponseDistributionCredentialsItemsDistributionCredentials"
    assert shortened("VideoTask") == "VideoTask"
    assert shortened(long) == "ListV1ResponseDistributionItemsCredentials"
    assert len(shortened("".join(f"Word{chr(65 + n)}ab" for n in range(26)))) <= 60


def test_no_module_holds_more_types_than_are_used_together() -> None:
    names = [f"{first}Thing{number}" for first in "ABC" for number in range(40)]
    names += [f"Door{'x' * number}" for number in range(70)]
    at = Location("api.yaml")
    types = [
        Enumeration(name=name, wire_name=name, module="shared", kind="string", members=(), at=at)
        for name in names
    ]
    loop = Union(name="Loop", wire_name="Loop", module="shared", variants=(), at=at)
    placed = list(divided([*types, loop]))
    modules = Counter(one.module for one in placed)
    assert max(modules.values()) <= 50
    assert {"shared_a", "shared_b", "shared_c"} <= modules.keys()
    assert [one.name for one in placed] == [*names, "Loop"]
    # Unions that lead back to themselves stay together.
    assert placed[-1].module == "shared"
    assert {one.module for one in divided(types[:50])} == {"shared"}
    # A name with which many others begin stands alone.
    assert modules["shared_door"] == 1


JOBS = """\
openapi: 3.1.0
info: {title: Papers, version: '1'}
paths:
  /papers/combine:
    post: {operationId: combinePapers, tags: [papers], x-job: &job {id: $.id, poll: {operationId: look,
      parameters: {id: $id}}, status: $.s, states: {succeeded: [a], failed: [b]}}, responses: &taken {'200': {
      description: d, content: {application/json: {schema: {
        type: object, properties: {id: {type: string}, s: {enum: [a, b]}}}}}}}}
  /papers:
    post: {operationId: generatePapers, tags: [papers], x-job: *job, responses: *taken}
  /papers/batch:
    post: {operationId: startPapers, tags: [papers], x-job: *job, responses: *taken}
  /papers/{id}:
    get: {operationId: look, tags: [papers], responses: *taken,
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]}
"""


@pytest.mark.parametrize(
    ("pinned", "names"),
    [
        ("", ["submit", "submit_papers", "submit_batch"]),
        ("x-name: submit, ", ["submit_combine", "submit", "submit_papers"]),
    ],
)
def test_every_submit_says_that_it_is_one(tmp_path: Path, pinned: str, names: list[str]) -> None:
    document = tmp_path / "papers.yaml"
    text = JOBS.replace(
        "{operationId: generatePapers, ", f"{{operationId: generatePapers, {pinned}"
    )
    document.write_text(text, "utf-8")
    api = read_api(document).api
    assert api is not None
    jobs = [one for one in api.resources[0].operations if one.job is not None]
    assert [one.name for one in jobs] == names
    assert [one.companions["generate"] for one in jobs] == [
        name.replace("submit", "generate") for name in names
    ]

"""The page for the first quarter of an hour: install, key, first call, and what comes next."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from specloom.model.types import Scalar
from specloom.targets.client.constructors import leads_to_sandbox, needed_credentials
from specloom.targets.client.lookups import listing_call
from specloom.targets.client.results import gives_files
from specloom.targets.docs.calls import costs, jobs
from specloom.targets.docs.credentials import exports, setting_rows, variable
from specloom.targets.docs.examples import Calling, calling, example
from specloom.targets.docs.markdown import Markdown, code, text, visible
from specloom.targets.docs.wording import seconds

if TYPE_CHECKING:
    from specloom.model.api import Api, Operation
    from specloom.targets.docs.life import Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Quickstart:
    """What the page is made from; `priced` is the price of the example's call."""

    package: Markdown
    client: Markdown
    prefix: Markdown
    imports: Markdown
    async_imports: Markdown
    calling: Calling | None
    is_job: int
    has_files: int
    timeout: Markdown
    priced: Cost | None
    exports: tuple[Markdown, ...]
    sandbox_exports: tuple[Markdown, ...]
    settings: Markdown
    is_guessed: int
    command: Markdown
    has_assumptions: int
    resume_by: Markdown
    resume_by_error: Markdown
    listing: Markdown
    cancels: int


def quickstart(api: Api) -> Quickstart:
    """The page, around the first operation that makes a job, else around the first one."""
    submits = jobs(api)
    all_calls = [(r, one) for r in api.resources for one in r.operations]
    # One call, one job: that is what the page shows, wherever there is such a call.
    submits = [one for one in submits if one[1].job and not one[1].job.makes_several]
    plain = [one for one in all_calls if one[1].job is None] or all_calls
    first = submits[0][:2] if submits else plain[0] if plain else None
    told = calling(api, *first) if first else None
    job = first[1].job if first else None
    imports = sorted([api.client_name, *(told.submit.imports if told else ())])
    return Quickstart(
        package=Markdown(api.package),
        client=Markdown(api.client_name),
        prefix=Markdown(api.env_prefix),
        imports=Markdown(", ".join(imports)),
        async_imports=Markdown(f"Async{api.client_name}"),
        calling=told,
        is_job=int(job is not None and not job.makes_several),
        has_files=int(job is not None and gives_files(api, job)),
        timeout=text(seconds(job.timeout)) if job else Markdown(""),
        priced=_priced(api, told) if told else None,
        exports=tuple(exports(api)),
        sandbox_exports=tuple(
            Markdown(f"export {variable(api, one)}=sandbox") for one in needed_credentials(api)
        ),
        settings=Markdown("\n".join(setting_rows(api))),
        is_guessed=int(leads_to_sandbox(api)),
        command=_command(api, submits[0][1], told) if submits and told else Markdown(""),
        has_assumptions=int(bool(api.assumptions)),
        resume_by=Markdown("id" if len(jobs(api)) == 1 else "token"),
        resume_by_error=Markdown("job_id" if len(jobs(api)) == 1 else "token"),
        listing=(
            code(listing_call(api, first[1])) if job and first and job.listing else Markdown("")
        ),
        cancels=int(job is not None and job.cancel is not None),
    )


def _priced(api: Api, told: Calling) -> Cost | None:
    call = code(f"client.{told.submit.method}")
    return next((one for one in costs(api) if one.call == call), None)


def _command(api: Api, operation: Operation, told: Calling) -> Markdown:
    """The command line for the example's call: its first required text stands alone, as the command takes it."""
    values = (
        (one, example(api, operation, one)) for one in operation.signature.arguments if one.required
    )
    texts = [
        value for one, value in values if isinstance(value, str) and one.type == Scalar("string")
    ]
    if not texts:
        return Markdown(f"python -m {api.package} --help")
    return Markdown(
        f"python -m {api.package} {shlex.quote(visible(texts[0]))} -o third{told.suffix}"
    )

"""What is said to the ledger's file, in SQL."""

from __future__ import annotations

__all__ = [
    "ADOPT",
    "BY_ID",
    "BY_KEY",
    "BY_NUMBER",
    "CHILDREN",
    "CONCLUDE",
    "COPY",
    "FILES",
    "FOUND",
    "FREE",
    "INSERT",
    "LEARN",
    "LEFT",
    "MONEY",
    "NOTE_FILE",
    "NOTE_STATE",
    "NO_KEY",
    "OF_API",
    "OWN",
    "RELEASE",
    "RENEW",
    "RESERVE",
    "SETTLE",
    "STATES",
    "UNFINISHED",
]

OF_API = "SELECT * FROM jobs WHERE api = ? ORDER BY number"
BY_NUMBER = "SELECT * FROM jobs WHERE api = ? AND number = ?"
BY_KEY = "SELECT * FROM jobs WHERE api = ? AND key = ?"
BY_ID = (
    "SELECT * FROM jobs WHERE api = ? AND server = ? AND operation = ? AND job_id = ? "
    "ORDER BY number"
)
CHILDREN = "SELECT * FROM jobs WHERE api = ? AND parent = ? ORDER BY number"
UNFINISHED = (
    "SELECT * FROM jobs WHERE api = ? AND server = ? AND job_id IS NOT NULL "
    "AND settled IS NULL AND (finished IS NULL OR state = 'succeeded') ORDER BY number"
)
FILES = "SELECT * FROM files WHERE job = ? ORDER BY number"
STATES = "SELECT * FROM states WHERE job = ? ORDER BY rowid"
MONEY = "SELECT number, state, reserved, cost, currency FROM jobs WHERE api = ?"

INSERT = (
    "INSERT INTO jobs (api, server, operation, key, request, request_sha256, idempotency_key, "
    "owner, state, reserved, currency, created, changed) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'submitting', ?, ?, ?, ?)"
)
RENEW = (
    "UPDATE jobs SET server = ?, operation = ?, request = ?, request_sha256 = ?, "
    "idempotency_key = ?, owner = ?, "
    "reserved = CASE WHEN ? THEN coalesce(reserved, ?) ELSE ? END, currency = ?, "
    "cost = NULL, changed = ?, "
    "state = 'submitting', error = NULL, error_code = NULL WHERE number = ?"
)
COPY = (
    "INSERT INTO jobs (parent, api, server, operation, request, request_sha256, owner, state, "
    "reserved, currency, created, changed) "
    "SELECT number, api, server, operation, request, request_sha256, owner, state, "
    "reserved, currency, created, changed FROM jobs WHERE number = ?"
)
LEARN = (
    "UPDATE jobs SET job_id = ?, token = ?, "
    "reserved = CASE WHEN state = 'released' THEN ? ELSE reserved END, state = 'queued', "
    "status = NULL, error = NULL, error_code = NULL, submitted = ?, changed = ? WHERE number = ?"
)
NO_KEY = "UPDATE jobs SET key = NULL WHERE number = ?"
CONCLUDE = (
    "UPDATE jobs SET state = ?, error = ?, error_code = ?, request_id = ?, changed = ?, "
    "reserved = CASE WHEN ? THEN '0' ELSE reserved END WHERE number = ?"
)
RESERVE = "UPDATE jobs SET reserved = ? WHERE number = ? AND cost IS NULL"
FOUND = (
    "UPDATE jobs SET state = ?, status = ?, request_id = ?, cost = coalesce(?, cost), "
    "discount = coalesce(?, discount), currency = coalesce(?, currency), error_code = ?, "
    "error = ?, changed = ?, finished = CASE WHEN ? THEN coalesce(finished, ?) END, "
    "reserved = CASE WHEN coalesce(?, cost) IS NULL THEN reserved ELSE '0' END WHERE number = ?"
)
NOTE_STATE = "INSERT INTO states (job, state, status, moment) VALUES (?, ?, ?, ?)"
NOTE_FILE = (
    "INSERT INTO files (job, number, path, sha256, size, media_type, part, validator, total, "
    "moment) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job, number) DO UPDATE SET "
    "path = excluded.path, sha256 = excluded.sha256, size = excluded.size, "
    "media_type = excluded.media_type, part = excluded.part, validator = excluded.validator, "
    "total = excluded.total, moment = excluded.moment"
)
OWN = "UPDATE jobs SET owner = ? WHERE number = ?"
FREE = "UPDATE jobs SET owner = NULL WHERE owner = ? AND state != 'submitting'"
LEFT = "SELECT count(*) FROM jobs WHERE owner = ?"
ADOPT = (
    "UPDATE jobs SET job_id = ?, token = ?, owner = ?, state = 'unknown', error = NULL, "
    "error_code = NULL, submitted = ?, changed = ? WHERE number = ?"
)
RELEASE = (
    "UPDATE jobs SET state = 'released', reserved = '0', owner = NULL, changed = ? "
    "WHERE number = ?"
)
SETTLE = "UPDATE jobs SET cost = ?, reserved = '0', changed = ?, settled = ? WHERE number = ?"

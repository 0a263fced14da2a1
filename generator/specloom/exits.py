"""Exit codes: done (warnings or not), `check` found differences, errors (nothing written), interrupted."""

DONE, DIFFERENT, ERRORS, INTERRUPTED = 0, 1, 2, 130

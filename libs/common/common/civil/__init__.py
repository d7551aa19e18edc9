"""Values of civil life that several services judge alike: readings, documents, phones, names, days, working days.

Everything here is pure: no I/O and no clock; `today` and the time zone are parameters. Each refusal is a
`common.errors.Invalid` with a code of its own.
"""

import os

# Names are read one character at a time: pypinyin's tables of phrases would be 44 MB in each process, never used.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

"""Values of civil life that several services judge alike: readings, documents, phones, names, days, working days.

Everything here is pure: no I/O and no clock; `today` and the time zone are parameters. Each refusal is a
`common.errors.Invalid` with a code of its own.
"""

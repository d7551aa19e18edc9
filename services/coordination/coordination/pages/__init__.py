"""The pages of coordination."""

PAGES = ()

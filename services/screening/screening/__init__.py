"""Entrance checks, the people known to a site, and the registers filed from them."""

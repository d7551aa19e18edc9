"""The applications and consumers that Sizao is measured against; nothing of the product imports them."""

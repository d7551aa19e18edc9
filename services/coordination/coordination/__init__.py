"""The directory of people and sign-in, protocols, and the ledger of what was filed."""

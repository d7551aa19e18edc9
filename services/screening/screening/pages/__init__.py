"""Screening's pages, one module each."""

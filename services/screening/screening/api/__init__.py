"""Screening over HTTP, one module a resource."""

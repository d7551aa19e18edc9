"""HTTP: applications, permission, problems, pages."""

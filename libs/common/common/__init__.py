"""What the services of Sizao share."""

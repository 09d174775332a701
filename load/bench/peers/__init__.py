"""What the service is compared with: a route that does nothing, and one-model services."""

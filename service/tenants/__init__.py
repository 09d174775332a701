"""Who asks, on whose behalf, and what each tenant is served."""

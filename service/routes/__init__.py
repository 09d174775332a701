"""The routes, one file for each noun; a route is parse, one call, return."""

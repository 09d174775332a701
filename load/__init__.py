"""Load scenarios and side-by-side benchmarks; speaks only HTTP and the installed command."""

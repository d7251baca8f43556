"""How fast and how good Izde is: python -m benchmarks."""

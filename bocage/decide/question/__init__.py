"""What a plan is asked for: the request, its budgets, its choices, and what it must be to make sense."""

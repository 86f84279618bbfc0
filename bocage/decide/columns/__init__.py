"""From actions, rules and budgets to every (action, financing plan, start year) that is admissible."""

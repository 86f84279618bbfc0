"""The plan and its proof: the choice, its reasons, its refusals, its options."""

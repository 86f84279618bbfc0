"""What each action costs and brings: draws, drivers, taxes, present values, aims."""

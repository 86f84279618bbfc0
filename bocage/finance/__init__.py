"""Pure functions of money: cash flows, subsidies, carbon value."""

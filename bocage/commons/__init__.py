"""What communes share: feedback on works, how it is exchanged, and what is learned from it."""

"""The eleven nouns, declared columns, units, origins, draws, texts and the Domain protocol; imports nothing."""

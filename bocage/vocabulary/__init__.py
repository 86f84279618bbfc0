"""The eleven nouns, declared columns, units, origins, draws, texts, the Domain protocol; imports nothing of Bocage."""

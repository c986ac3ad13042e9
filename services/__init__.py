"""The services: each owns its facts and speaks to the others over the bus only."""

"""The STAC API under /stac: what the indexer knows, with the links of this address."""

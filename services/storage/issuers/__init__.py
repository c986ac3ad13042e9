"""Issuers of identity tokens: their keys fetched with care, their tokens checked."""

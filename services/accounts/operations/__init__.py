"""What accounts does: plain functions that know neither broker nor HTTP."""

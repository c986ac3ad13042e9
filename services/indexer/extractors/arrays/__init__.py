"""Arrays with named dimensions, as NetCDF, HDF5 and Zarr hold them, in the words of CF 1.11."""

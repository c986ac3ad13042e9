"""What storage does: plain functions that know neither broker nor HTTP.

Whoever calls them has looked up who asks, and whether they may. They raise Problems, and S3Error
where the S3 API has a name of its own for what is wrong.
"""

"""Who is visiting: by a Kratos session in a cookie, or by an access key; and forms sent twice."""

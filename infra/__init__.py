"""What runs beside the services: NATS, Kratos, the sample, and the streams on the bus."""

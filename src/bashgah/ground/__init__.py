"""What every room stands on: ids and clock at the edge, outbox, audit, throttle, jobs, batch writer."""

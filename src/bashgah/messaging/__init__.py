"""Templates, message queue, channels and receipts."""

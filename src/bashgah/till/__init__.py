"""Door: cashier pages."""

"""What was promised to members: one versioned document per club."""

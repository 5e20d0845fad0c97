"""Questions that cross rooms: the first KPIs."""

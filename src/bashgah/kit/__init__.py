"""Values without a home of their own: money, points, ids, time, Jalali, Persian text, phrases, refusals."""

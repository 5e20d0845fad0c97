"""Door: the cashier's page, keyboard only.

Remembers: nothing; what this till did last lives in the cashier's session.
Promises: a purchase is recorded once however often F12 is pressed; a scanned card is never taken for an
amount; a disabled act says what is missing; points beyond the club's threshold need the member's yes.
Listens to: nothing.
Never: decides points or discounts of a rule, shows a mobile number in full, imports models.
"""

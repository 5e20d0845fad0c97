"""Files in, cleansed and settled through the one settlement.

Remembers: how far each file has come.
Promises: every line is settled, recorded as anonymous, matched as a return or rejected with a reason, and
    the counts add up; the same file twice changes nothing.
Listens to: nothing.
Never: writes points or sales itself; guesses a currency.
"""

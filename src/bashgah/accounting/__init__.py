"""What outstanding points are worth, and the journal that carries them into the company's books.

Remembers: the cost of a unit and the accounts of the journal by date, what was outstanding on each closed day
by tier, branch and age.
Promises: every line of the journal balances; deferred revenue is the units times their cost to the unit of
money; a closed day exported again is the same.
Listens to: nothing; a job follows the ledger's closed days.
Never: moves a point; changes what was valued before.
"""

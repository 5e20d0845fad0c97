"""The door of staff: every page of the console.

Remembers: nothing.
Promises: what a person may not do is neither shown nor possible; every page reads in Persian and English.
Listens to: nothing.
Never: decides. A view reads a form, calls one selector or service, and shows what came back.
"""

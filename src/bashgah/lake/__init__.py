"""The club's history as Parquet files, by club and month: what long questions and replays read.

Remembers: under the var folder, a copy of every settled fact with what it gave, and of what rules may ask
about members; a mark that says how far the copy goes.
Promises: a month's file is replaced whole or not at all; exported again it holds each fact once; no personal
data; nothing here is a source: the folder may be thrown away and is made again.
Listens to: members erased, whose rows are written anew. A nightly job and whoever is about to read call
``lake_export``.
Never: writes to the database.
"""

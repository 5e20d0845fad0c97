"""What every room stands on: ids and clock, outbox, audit, throttle, jobs, batch writer, PostgreSQL.

Remembers: news on its way and its deliveries, the audit trail and its seals, tries, answers to repeated
requests, how far jobs are.
Promises: news is written with what it tells of and heard at least once; an audit row cannot change
unseen; a refused try stays counted; a job exists exactly if the transaction that asked for it commits.
Listens to: nothing.
Never: knows a room above it; decides anything about members or points.
"""

//! The shelf: boards, links, update logs, snapshots on memory, SQLite and Postgres

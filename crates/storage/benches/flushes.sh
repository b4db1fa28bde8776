#!/bin/sh
# What one PostgreSQL commits: flushes as services make them, 100 rows of 60 bytes on 20 boards behind their fences, from
# 20 services at once. Run by `cargo xtask postgres -- sh crates/storage/benches/flushes.sh`; SECONDS_LONG says for how long.
set -eu
url=$BOARDWALK_TEST_POSTGRES_URL
PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
psql --quiet "$url" <<'SQL'
CREATE TABLE flushed_boards (id int PRIMARY KEY, owner_epoch int NOT NULL DEFAULT 1, head_seq bigint NOT NULL DEFAULT 0);
INSERT INTO flushed_boards (id) SELECT generate_series(0, 4999);
CREATE TABLE flushed_rows (board_id int, seq bigint, bytes bytea NOT NULL, PRIMARY KEY (board_id, seq));
SQL
cat >"$folder/flush.sql" <<'SQL'
\set first :client_id * 250 + random(0, 230)
WITH held AS (
  UPDATE flushed_boards SET head_seq = head_seq + 5 WHERE id BETWEEN :first AND :first + 19 AND owner_epoch = 1
  RETURNING id, head_seq
)
INSERT INTO flushed_rows
SELECT id, head_seq - 5 + ordinal, decode(repeat('5a', 60), 'hex') FROM held, generate_series(1, 5) AS ordinal;
SQL
pgbench --no-vacuum --client 20 --jobs 2 --protocol prepared --time "${SECONDS_LONG:-20}" --file "$folder/flush.sql" "$url"

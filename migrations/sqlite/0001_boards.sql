-- Boards, their links and content, and the services that own them. Times are milliseconds since 1970.

CREATE TABLE boards (
    id            TEXT    NOT NULL PRIMARY KEY,
    title         TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    deleted_at    INTEGER,
    owner_service TEXT,                            -- one run of a service; the lease is the service's
    owner_epoch   INTEGER NOT NULL DEFAULT 0,      -- raised by every change of owner
    head_seq      INTEGER NOT NULL DEFAULT 0,      -- number of the newest row ever stored
    load_attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX boards_by_owner ON boards (owner_service) WHERE owner_service IS NOT NULL;

CREATE TABLE links (
    board_id    TEXT    NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    secret_hash BLOB    NOT NULL,
    role        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    revoked_at  INTEGER,
    PRIMARY KEY (board_id, secret_hash)
) STRICT, WITHOUT ROWID;

-- No foreign key: a row goes in only behind the fence, which has just found its board, and this is the hot path.
CREATE TABLE updates (
    board_id   TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    bytes      BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (board_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshots (
    board_id   TEXT    NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,
    bytes      BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (board_id, seq)
) STRICT;

CREATE TABLE set_aside (
    id         INTEGER NOT NULL PRIMARY KEY,
    board_id   TEXT    NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    seq        INTEGER,
    bytes      BLOB    NOT NULL,
    reason     TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX set_aside_by_board ON set_aside (board_id);

CREATE TABLE services (
    id         TEXT    NOT NULL PRIMARY KEY,
    address    TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    superseded INTEGER NOT NULL DEFAULT 0          -- 1: another took a board from it since it joined
) STRICT, WITHOUT ROWID;

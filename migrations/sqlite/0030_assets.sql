-- Images beside boards: which board has which; their bytes are in the object store, by hash. Only adds.

CREATE TABLE assets (
    board_id   TEXT    NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    hash       BLOB    NOT NULL,                    -- SHA-256 of the bytes
    media_type TEXT    NOT NULL,                    -- as the bytes show it, not as anybody said
    size_bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (board_id, hash)
) STRICT;
CREATE INDEX assets_by_hash ON assets (hash);

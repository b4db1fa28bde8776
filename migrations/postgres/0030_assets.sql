-- Images beside boards: which board has which; their bytes are in the object store, by hash. Only adds.

CREATE TABLE assets (
    board_id   text COLLATE "C" NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    hash       bytea NOT NULL,                    -- SHA-256 of the bytes
    media_type text COLLATE "C" NOT NULL,                    -- as the bytes show it, not as anybody said
    size_bytes bigint NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (board_id, hash)
);
CREATE INDEX assets_by_hash ON assets (hash);

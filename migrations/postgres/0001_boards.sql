-- Boards, their links and content, and the services that own them. Times are milliseconds since 1970.
-- Ids sort by byte ("C"), as every writer locks boards in that order.

CREATE TABLE boards (
    id            text COLLATE "C" NOT NULL PRIMARY KEY,
    title         text    NOT NULL,
    created_at    bigint  NOT NULL,
    deleted_at    bigint,
    owner_service text COLLATE "C",                -- one run of a service; the lease is the service's
    owner_epoch   bigint  NOT NULL DEFAULT 0,      -- raised by every change of owner
    head_seq      bigint  NOT NULL DEFAULT 0,      -- number of the newest row ever stored
    load_attempts bigint  NOT NULL DEFAULT 0
) WITH (fillfactor = 70);                          -- room for head_seq to change in place
CREATE INDEX boards_by_owner ON boards (owner_service) WHERE owner_service IS NOT NULL;

CREATE TABLE links (
    board_id    text COLLATE "C" NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    secret_hash bytea   NOT NULL,
    role        text    NOT NULL,
    created_at  bigint  NOT NULL,
    expires_at  bigint,
    revoked_at  bigint,
    PRIMARY KEY (board_id, secret_hash)
);

-- No foreign key: a row goes in only behind the fence, which has just found its board, and this is the hot path.
CREATE TABLE updates (
    board_id   text COLLATE "C" NOT NULL,
    seq        bigint  NOT NULL,
    bytes      bytea   NOT NULL,
    created_at bigint  NOT NULL,
    PRIMARY KEY (board_id, seq)
);

CREATE TABLE snapshots (
    board_id   text COLLATE "C" NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    seq        bigint  NOT NULL,
    bytes      bytea   NOT NULL,
    created_at bigint  NOT NULL,
    PRIMARY KEY (board_id, seq)
);

CREATE TABLE set_aside (
    id         bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    board_id   text COLLATE "C" NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    seq        bigint,
    bytes      bytea   NOT NULL,
    reason     text    NOT NULL,
    created_at bigint  NOT NULL
);
CREATE INDEX set_aside_by_board ON set_aside (board_id);

CREATE TABLE services (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    address    text    NOT NULL,
    expires_at bigint  NOT NULL,
    superseded boolean NOT NULL DEFAULT false      -- another took a board from it since it joined
);

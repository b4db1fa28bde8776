-- What the store keeps besides boards: bundles by which people move their boards to another device, and who is locked out.

CREATE TABLE bundles (
    secret_hash bytea   NOT NULL PRIMARY KEY,
    bytes       bytea   NOT NULL,                      -- encrypted by the browser; its key never comes here
    changed_at  bigint  NOT NULL
);
CREATE INDEX bundles_by_time ON bundles (changed_at);

CREATE TABLE locked_people (
    board_id    text COLLATE "C" NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    person_hash bytea   NOT NULL,
    name        text    NOT NULL,                      -- as they called themselves when they were locked out
    locked_at   bigint  NOT NULL,
    PRIMARY KEY (board_id, person_hash)
);

-- What the store keeps besides boards: bundles by which people move their boards to another device, and who is locked out.

CREATE TABLE bundles (
    secret_hash BLOB    NOT NULL PRIMARY KEY,
    bytes       BLOB    NOT NULL,                      -- encrypted by the browser; its key never comes here
    changed_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX bundles_by_time ON bundles (changed_at);

CREATE TABLE locked_people (
    board_id    TEXT    NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    person_hash BLOB    NOT NULL,
    name        TEXT    NOT NULL,                      -- as they called themselves when they were locked out
    locked_at   INTEGER NOT NULL,
    PRIMARY KEY (board_id, person_hash)
) STRICT, WITHOUT ROWID;

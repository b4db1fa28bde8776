-- What owners say of their links, links made personal by a password, and word of what changed about who may come in.

ALTER TABLE links ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE links ADD COLUMN password_hash TEXT;       -- PHC string format

CREATE TABLE personal_links (
    board_id    TEXT    NOT NULL,
    secret_hash BLOB    NOT NULL,
    link_hash   BLOB    NOT NULL,                      -- role, expiry and end are that link's
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (board_id, secret_hash),
    FOREIGN KEY (board_id, link_hash) REFERENCES links (board_id, secret_hash) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX personal_links_by_link ON personal_links (board_id, link_hash, created_at);

CREATE TABLE access_changes (
    board_id   TEXT    NOT NULL PRIMARY KEY REFERENCES boards (id) ON DELETE CASCADE,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX access_changes_by_time ON access_changes (changed_at);

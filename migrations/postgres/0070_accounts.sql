-- Who signed in: accounts of a sign-in provider, their sessions, and the boards that are theirs. Times are milliseconds
-- since 1970.

CREATE TABLE accounts (
    id   bytea NOT NULL PRIMARY KEY,                    -- SHA-256 of the provider and its subject
    name text NOT NULL                                 -- as the provider said last
);

CREATE TABLE sessions (
    secret_hash bytea    NOT NULL PRIMARY KEY,          -- SHA-256 of the cookie
    account_id  bytea    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at  bigint  NOT NULL,
    expires_at  bigint  NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_time ON sessions (expires_at);

CREATE TABLE board_accounts (
    board_id   text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES boards (id) ON DELETE CASCADE,
    account_id bytea NOT NULL REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX board_accounts_by_account ON board_accounts (account_id);

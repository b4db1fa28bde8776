-- How much there may be on the server, as whoever runs it has set on its page: bounds below those of the flags. One row.

CREATE TABLE quotas (
    id          INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    boards      INTEGER,                               -- boards of the server; NULL: as the flag says
    board_bytes INTEGER,                               -- bytes of one board
    asset_bytes INTEGER                                -- bytes of all images
) STRICT;

-- How much there may be on the server, as whoever runs it has set on its page: bounds below those of the flags. One row.

CREATE TABLE quotas (
    id          bigint  NOT NULL PRIMARY KEY CHECK (id = 1),
    boards      bigint,                                -- boards of the server; NULL: as the flag says
    board_bytes bigint,                                -- bytes of one board
    asset_bytes bigint                                 -- bytes of all images
);

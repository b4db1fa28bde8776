//! Appending rows under the fences of their boards. Each statement is a trip to the connection's thread and back, so what
//! is appended most of all, some rows of one board, is one statement. Must not know what a row holds.

use sqlx::sqlite::SqlitePool;
use sqlx::{QueryBuilder, SqliteConnection};

use crate::{Append, AppendOutcome, Error, sql};

/// Rows that one statement inserts.
pub(super) const ROWS_PER_STATEMENT: usize = 64;
/// Bytes of them that are appended without a transaction around: SQLite puts them aside before it inserts them.
const BYTES_AT_ONCE: usize = 256 * 1024;

/// On the writer's connection alone, a board's head follows its rows: that is how one statement can do both. It changes
/// nothing where the head was moved first.
const HEAD_FOLLOWS: &str = "CREATE TEMP TRIGGER head_follows AFTER INSERT ON main.updates BEGIN \
     UPDATE boards SET head_seq = NEW.seq WHERE id = NEW.board_id AND head_seq < NEW.seq; END";

/// Makes a new connection ready to append.
pub(super) async fn prepare(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query(HEAD_FOLLOWS).execute(connection).await.map(|_| ())
}

/// Appends some rows of a board if its fence holds. `None`: nothing was done, as the fence does not hold or it is too much
/// for one statement; [`one_board`] knows what that means.
pub(super) async fn in_one_statement(writer: &SqlitePool, append: &Append) -> Result<Option<AppendOutcome>, Error> {
    let (count, bytes) = (append.updates.len(), append.updates.iter().map(bytes::Bytes::len).sum::<usize>());
    if !(1..=ROWS_PER_STATEMENT).contains(&count) || bytes > BYTES_AT_ONCE {
        return Ok(None);
    }
    let mut insert = QueryBuilder::new(concat!(
        "INSERT INTO updates (board_id, seq, bytes, created_at) SELECT boards.id, new.column1, new.column2, ",
        now!(),
        " FROM ("
    ));
    insert.push_values(append.rows(), |mut row, (seq, bytes)| {
        row.push_bind(sql::stored(seq)).push_bind(&bytes[..]);
    });
    insert.push(") AS new, boards WHERE boards.owner_service IS NOT NULL AND boards.id = ");
    insert.push_bind(append.board.as_str());
    insert.push(" AND boards.owner_epoch = ").push_bind(sql::stored(append.epoch.0));
    insert.push(" AND boards.head_seq = ").push_bind(sql::stored(append.expected_head_seq));
    let inserted = insert.build().execute(writer).await?.rows_affected();
    Ok((inserted == count as u64).then(|| AppendOutcome::Stored { head_seq: append.last_seq() }))
}

/// The fence of one board and, where it held, its rows.
pub(super) async fn one_board(tx: &mut SqliteConnection, append: &Append) -> Result<AppendOutcome, Error> {
    let (id, epoch) = (append.board.as_str(), sql::stored(append.epoch.0));
    let (expected, last) = (sql::stored(append.expected_head_seq), sql::stored(append.last_seq()));
    let stored = AppendOutcome::Stored { head_seq: append.last_seq() };
    let fence = sqlx::query(
        "UPDATE boards SET head_seq = $4 \
         WHERE id = $1 AND owner_epoch = $2 AND owner_service IS NOT NULL AND head_seq = $3",
    );
    let fence = fence.bind(id).bind(epoch).bind(expected).bind(last).execute(&mut *tx).await?;
    if fence.rows_affected() == 1 {
        for chunk in append.rows().collect::<Vec<_>>().chunks(ROWS_PER_STATEMENT) {
            let mut insert = QueryBuilder::new("INSERT INTO updates (board_id, seq, bytes, created_at) ");
            insert.push_values(chunk, |mut row, (seq, bytes)| {
                row.push_bind(id).push_bind(sql::stored(*seq)).push_bind(&bytes[..]).push(now!());
            });
            insert.build().execute(&mut *tx).await?;
        }
        return Ok(stored);
    }
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(sql::ROWS_BEHIND_FENCE)
        .bind(id)
        .bind(epoch)
        .bind(last)
        .bind(expected)
        .fetch_all(&mut *tx)
        .await?;
    Ok(if sql::are_rows_of(append, &rows) { stored } else { AppendOutcome::Fenced })
}

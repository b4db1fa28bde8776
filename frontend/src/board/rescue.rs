//! A copy of a board for somebody who may no longer see it, or no longer write on it, while changes of theirs never reached
//! the server. It must not know why.

use std::cell::RefCell;
use std::rc::Rc;

use board::{Board, ClientId};
use editor::{Editor, IdSource, Scope};
use leptos::prelude::*;
use protocol::{BoardId, ErrorCode};
use scene::Theme;
use sync::Status;
use web_sys::{Blob, Url};

use super::export::{self, Picture};
use super::pictures::Pictures;
use super::shell::Shell;
use crate::connection::copies::BoardCopy;
use crate::connection::log::EditLog;
use crate::parts;
use crate::store::{BoardStore, Rescue};
use crate::words::key;

/// Offers a copy, or says how to get one, where the server takes no more changes.
pub(super) fn follow(shell: &Rc<Shell>, status: Status) {
    let count = shell.unacknowledged();
    if matches!(status, Status::Refused { code, .. } if is_withdrawn(code)) {
        shell.copy.withdraw(shell);
    }
    if ends_page(status) {
        keep(shell);
    } else if status == Status::ViewOnly && count > 0 {
        shell.page.toasts.push(shell.page.words.count(key::RESCUE_VIEW_ONE, key::RESCUE_VIEW_MANY, count));
    }
}

/// Keeps what the visit shows, if something of it is on no server.
fn keep(shell: &Rc<Shell>) {
    if shell.unacknowledged() > 0 {
        leptos::task::spawn_local(parts::rescue_shown(Rc::clone(shell)));
    }
}

/// Keeps what the visit shows.
pub fn keep_shown(shell: &Rc<Shell>) {
    let (count, pictures) = (shell.unacknowledged(), Rc::clone(&shell.images.pictures));
    shell.with_editor(|editor| offer(shell.page.store, editor, count, pictures));
}

/// Keeps what the log of this browser holds of a board that no longer opens.
pub async fn keep_log(store: BoardStore, id: BoardId) {
    let Ok(log) = EditLog::open(id.clone()).await else { return };
    let entries = log.entries().await.unwrap_or_default();
    if entries.is_empty() {
        return;
    }
    let mut board = Board::new(ClientId::from_random(1));
    let copy = async { BoardCopy::open(id, crate::clock::now_ms() as u64).await?.contents().await };
    let copied = copy.await.unwrap_or_default().updates;
    for update in copied.iter().chain(entries.iter().map(|(_, update)| update)) {
        // What builds on something that was never here cannot be shown.
        let _ = board.merge(update);
    }
    offer(store, &Editor::new(board, IdSource::new(1)), entries.len(), Rc::default());
}

fn offer(store: BoardStore, editor: &Editor, count: usize, pictures: Rc<RefCell<Pictures>>) {
    let Some(export) = editor.export(Scope::Board) else { return };
    let url = |file: Option<Blob>| file.and_then(|file| Url::create_object_url_with_blob(&file).ok());
    let Some(json) = url(export::text_file(&editor.export_json(&export), "application/json")) else { return };
    store.rescue.set(Some(Rescue { count, json, png: None }));
    let wish = Picture { scale: 2.0, background: true, theme: Theme::Light };
    let painted = export::painted(editor, &export, wish, pictures);
    leptos::task::spawn_local(async move {
        if let Some((surface, _)) = painted {
            let png = url(export::blob_of(surface.element()).await);
            surface.release();
            store.rescue.update(|rescue| {
                if let Some(rescue) = rescue {
                    rescue.png = png;
                }
            });
        }
    });
}

/// Whether somebody took the board away from who has this link: then their browser keeps no copy of it either.
fn is_withdrawn(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::WrongKey
            | ErrorCode::UnknownBoard
            | ErrorCode::Revoked
            | ErrorCode::Expired
            | ErrorCode::LockedOut
            | ErrorCode::Locked
    )
}

/// Whether the visit has ended for a reason that leaves nothing to look at.
pub(super) fn ends_page(status: Status) -> bool {
    use ErrorCode as Code;
    matches!(
        status,
        Status::Refused {
            code: Code::WrongKey
                | Code::UnknownBoard
                | Code::Revoked
                | Code::Expired
                | Code::LockedOut
                | Code::Quarantined,
            ..
        }
    )
}

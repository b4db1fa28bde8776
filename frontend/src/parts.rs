//! The parts of the program that are loaded when they are first needed. Whatever only an entry reaches becomes its part's
//! file; what several reach, files of their own; the rest is the first file. So nothing outside may name what lies
//! behind an entry, or it is in the first file again. `cargo xtask front-end` prints what a first visit loads.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use protocol::{BoardId, LinkSecret};

use crate::account::AccountMenu;
use crate::board::{Shell, answer_export, keep_log, keep_shown};
use crate::opening::Opened;
use crate::pages::around::{self, Around};
use crate::pages::board::BoardPage;
use crate::pages::home::HomePage;
use crate::pages::problem::ProblemPage;
use crate::pages::recover::RecoverPage;
use crate::pages::unlock::UnlockPage;
use crate::panels::context_menu::ContextMenu;
use crate::panels::export::ExportDialog;
use crate::panels::find::FindPanel;
use crate::panels::geometry::GeometryPanel;
use crate::panels::help::HelpDialog;
use crate::panels::invite::{Invitation, InviteDialog};
use crate::panels::palette::PaletteDialog;
use crate::panels::slides::{PresentationBar, SlidesPanel};
use crate::panels::versions::VersionHistory;
use crate::sign_in::{self, SignInDesk};
use crate::store::{BoardStore, ExportTask, ExportWish, Problem};
use crate::ui::dynamic::{Mounted, dynamic, effect};
use crate::ui::toast::Toasts;
use crate::versions::Versions;
use crate::words::{self, Language, Texts, Words, key};

/// A pause before what stands around a board is asked for again.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// What an entry gives once its part is there.
type Entered = Result<AnyView, SplitLoaderError>;
/// A part that is being loaded.
type Loading = Pin<Box<dyn Future<Output = Entered>>>;

#[wasm_split(board, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_board(id: BoardId, key: Option<LinkSecret>) -> Entered {
    Ok(view! { <BoardPage id=id key=key /> }.into_any())
}

#[wasm_split(around, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_around(opened: RwSignal<Option<Opened>>, zen: RwSignal<bool>) -> Result<Around, SplitLoaderError> {
    words::add_later();
    Ok(around::around(opened, zen))
}

#[wasm_split(home, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_home() -> Entered {
    words::add_later();
    Ok(view! { <HomePage /> }.into_any())
}

#[wasm_split(home, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_recover(secret: Option<LinkSecret>) -> Entered {
    words::add_later();
    Ok(view! { <RecoverPage secret=secret /> }.into_any())
}

#[wasm_split(home, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_unlock(id: BoardId, key: LinkSecret) -> Entered {
    words::add_later();
    Ok(view! { <UnlockPage id=id link_key=key /> }.into_any())
}

#[wasm_split(account, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_account(desk: SignInDesk) -> Entered {
    Ok(view! { <AccountMenu desk=desk /> }.into_any())
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_invite(open: RwSignal<bool>, invitation: Signal<Option<Invitation>>) -> Entered {
    Ok(view! { <InviteDialog open=open invitation=invitation /> }.into_any())
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_help(open: RwSignal<bool>) -> Entered {
    Ok(view! { <HelpDialog open=open /> }.into_any())
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_palette(open: RwSignal<bool>) -> Entered {
    Ok(view! { <PaletteDialog open=open /> }.into_any())
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_export(open: RwSignal<bool>) -> Entered {
    Ok(view! { <ExportDialog open=open /> }.into_any())
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_versions() -> Entered {
    Ok(view! { <VersionHistory /> }.into_any())
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_find(open: RwSignal<bool>) -> Entered {
    Ok(view! { <FindPanel open=open /> }.into_any())
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_geometry(open: RwSignal<bool>) -> Entered {
    Ok(view! { <GeometryPanel open=open /> }.into_any())
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_context_menu() -> Entered {
    Ok(view! { <ContextMenu /> }.into_any())
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_slides() -> Entered {
    Ok(view! { <SlidesPanel /> }.into_any())
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_presentation() -> Entered {
    Ok(view! { <PresentationBar /> }.into_any())
}

#[wasm_split(german, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_german() -> Result<&'static Texts, SplitLoaderError> {
    Ok(&words::DE)
}

#[wasm_split(dialogs, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_export_answer(shell: Rc<Shell>, wish: ExportWish, task: ExportTask) -> Result<(), SplitLoaderError> {
    answer_export(&shell, wish, task);
    Ok(())
}

#[wasm_split(around, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_rescue_shown(shell: Rc<Shell>) -> Result<(), SplitLoaderError> {
    keep_shown(&shell);
    Ok(())
}

#[wasm_split(around, wasm_split_path = leptos::wasm_split, fallible)]
fn enter_rescue_log(store: BoardStore, id: BoardId) -> Result<(), SplitLoaderError> {
    leptos::task::spawn_local(keep_log(store, id));
    Ok(())
}

/// Keeps what is shown of a board that has ended, and is on no server. What cannot be loaded keeps nothing.
pub async fn rescue_shown(shell: Rc<Shell>) {
    let _ = enter_rescue_shown(shell).await;
}

/// The same for what the browser's log holds of a board that does not open. It stays in the log where this cannot be loaded.
pub async fn rescue_log(store: BoardStore, id: BoardId) {
    let _ = enter_rescue_log(store, id).await;
}

/// The page of one board.
pub fn board(id: BoardId, key: Option<LinkSecret>) -> AnyView {
    page(Box::pin(enter_board(id, key)))
}

impl BoardStore {
    /// Asks for what stands around the board, unless that was done.
    pub fn want_around(self) {
        // The board may have been left meanwhile.
        if self.around_wanted.try_get_untracked() == Some(false) {
            self.around_wanted.set(true);
        }
    }
}

/// What stands around a board, in its four places: it comes when it is wanted, see [`BoardStore::around_wanted`].
pub fn around(opened: RwSignal<Option<Opened>>, zen: RwSignal<bool>) -> [AnyView; 4] {
    let gaps = [(); 4].map(|()| Gap::empty());
    let (mounted, wanted) = (Mounted::here(), BoardStore::of_page().around_wanted);
    let (words, toasts) = (Words::of_page(), Toasts::of_page());
    let owner = Owner::current().unwrap_or_default();
    effect(move || {
        if !wanted.get() {
            return;
        }
        let loading = owner.with(|| ScopedFuture::new_untracked(enter_around(opened, zen)));
        mounted.ask(loading, move |entered| match entered {
            Ok(Around { over, before, after, dialogs }) => {
                gaps.into_iter().zip([over, before, after, dialogs]).for_each(|(gap, view)| gap.fill(view));
            }
            Err(_) => {
                toasts.push(words.get(key::PAGE_PART_MISSING).to_owned());
                wanted.set(false);
                set_timeout(
                    move || {
                        let _ = wanted.try_set(true);
                    },
                    TRY_AGAIN,
                );
            }
        });
    });
    gaps.map(Gap::view)
}

/// The home page.
pub fn home() -> AnyView {
    page(Box::pin(enter_home()))
}

/// The page that a recovery link leads to.
pub fn recover(secret: Option<LinkSecret>) -> AnyView {
    page(Box::pin(enter_recover(secret)))
}

/// The page that asks for a link's password.
pub fn unlock(id: BoardId, key: LinkSecret) -> AnyView {
    page(Box::pin(enter_unlock(id, key)))
}

/// Who is signed in, on servers where people can. Where the part cannot be loaded, boards can be used without.
pub fn account(desk: SignInDesk) -> AnyView {
    if !sign_in::is_offered() {
        return ().into_any();
    }
    let gap = Gap::empty();
    Mounted::here().ask(ScopedFuture::new_untracked(Box::pin(enter_account(desk)) as Loading), move |entered| {
        if let Ok(view) = entered {
            gap.fill(view);
        }
    });
    gap.view()
}

/// The dialog that invites people.
pub fn invite(open: RwSignal<bool>, invitation: Signal<Option<Invitation>>) -> AnyView {
    opened(open, Box::new(move || Box::pin(enter_invite(open, invitation))))
}

/// The help.
pub fn help(open: RwSignal<bool>) -> AnyView {
    opened(open, Box::new(move || Box::pin(enter_help(open))))
}

/// The command palette.
pub fn palette(open: RwSignal<bool>) -> AnyView {
    opened(open, Box::new(move || Box::pin(enter_palette(open))))
}

/// The export.
pub fn export(open: RwSignal<bool>) -> AnyView {
    opened(open, Box::new(move || Box::pin(enter_export(open))))
}

/// The version history.
pub fn versions() -> AnyView {
    let versions: Versions = expect_context();
    opened(versions.open, Box::new(move || Box::pin(enter_versions())))
}

/// The search on the board.
pub fn find(open: RwSignal<bool>) -> AnyView {
    opened(open, Box::new(move || Box::pin(enter_find(open))))
}

/// The numbers of the selection.
pub fn geometry(open: RwSignal<bool>) -> AnyView {
    opened(open, Box::new(move || Box::pin(enter_geometry(open))))
}

/// The menu at a right press.
pub fn context_menu() -> AnyView {
    let store = BoardStore::of_page();
    opened(once(move || store.menu_at.read().is_some()), Box::new(|| Box::pin(enter_context_menu())))
}

/// The list of frames.
pub fn slides() -> AnyView {
    opened(BoardStore::of_page().slides_open, Box::new(|| Box::pin(enter_slides())))
}

/// The bar under a frame that is presented.
pub fn presentation() -> AnyView {
    let store = BoardStore::of_page();
    opened(once(move || store.presenting.get().is_some()), Box::new(|| Box::pin(enter_presentation())))
}

/// Set when a condition first holds, and whenever it holds anew.
fn once(condition: impl Fn() -> bool + 'static) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    effect(move || {
        if condition() {
            open.set(true);
        }
    });
    open
}

/// Loads the texts of a language; whether they are there.
pub async fn learn(language: Language) -> bool {
    if language == Language::English {
        return true;
    }
    enter_german().await.map(words::add_german).is_ok()
}

/// Makes a file of the board. Nothing happens where the part cannot be loaded: the dialog that asks is in the same one.
pub async fn make_export(shell: Rc<Shell>, wish: ExportWish, task: ExportTask) {
    let _ = enter_export_answer(shell, wish, task).await;
}

/// Where a part appears once it is loaded.
#[derive(Clone, Copy)]
struct Gap {
    arrived: Trigger,
    view: StoredValue<Option<AnyView>, LocalStorage>,
}

impl Gap {
    fn empty() -> Self {
        Self { arrived: Trigger::new(), view: StoredValue::new_local(None) }
    }

    fn fill(self, view: AnyView) {
        self.view.set_value(Some(view));
        self.arrived.notify();
    }

    fn view(self) -> AnyView {
        dynamic(move || {
            self.arrived.track();
            self.view.try_update_value(Option::take).flatten().unwrap_or_else(|| ().into_any())
        })
    }
}

/// A page that is shown as soon as it is loaded.
fn page(loading: Loading) -> AnyView {
    let gap = Gap::empty();
    Mounted::here().ask(ScopedFuture::new_untracked(loading), move |entered| {
        gap.fill(entered.unwrap_or_else(|_| view! { <ProblemPage problem=Problem::Unreachable /> }.into_any()));
    });
    gap.view()
}

/// Something that is loaded when `open` is first set, and heeds it by itself from then on.
fn opened(open: RwSignal<bool>, load: Box<dyn Fn() -> Loading>) -> AnyView {
    let (gap, mounted, asked) = (Gap::empty(), Mounted::here(), StoredValue::new(false));
    let (words, toasts) = (Words::of_page(), Toasts::of_page());
    let owner = Owner::current().unwrap_or_default();
    effect(move || {
        if !open.get() || asked.get_value() {
            return;
        }
        asked.set_value(true);
        // What is made lives as long as the page, not until this effect runs again.
        let loading = owner.with(|| ScopedFuture::new_untracked(load()));
        mounted.ask(loading, move |entered| match entered {
            Ok(view) => gap.fill(view),
            Err(_) => {
                asked.set_value(false);
                open.set(false);
                toasts.push(words.get(key::PAGE_PART_MISSING).to_owned());
            }
        });
    });
    gap.view()
}

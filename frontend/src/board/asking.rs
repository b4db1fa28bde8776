//! What the chrome asks of the shell itself, not of the editor: links and where they lead, menus, lists, the map. It must
//! not change the board.

use std::rc::Rc;

use board::Kind;
use editor::{Input, TextSession};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;

use super::chrome;
use super::shell::{Shell, view_and_overlay};
use crate::store::{Destination, ExportFormat, ExportTask, ExportWish, TextAt};
use crate::words::key;

/// Where the map is shown while it is open, provided by context.
#[derive(Clone, Copy, Default)]
pub struct MapHost(pub NodeRef<leptos::html::Div>);

/// Shows the map while it is open.
pub(super) fn follow_map(shell: &Rc<Shell>) {
    let MapHost(host) = expect_context();
    let store = shell.page.store;
    let shell = StoredValue::new_local(Rc::downgrade(shell));
    Effect::new(move |_| {
        let host = if store.map_open.get() { host.get() } else { None };
        if let Some(shell) = shell.with_value(std::rc::Weak::upgrade) {
            shell.show_map(host.map(|host| (*host).clone()));
        }
    });
}

impl Shell {
    /// Goes where the address leads, once the board is there.
    pub(super) fn go_to_destination(self: &Rc<Self>) {
        let Some(place) = self.page.store.destination.try_update_value(Option::take).flatten() else { return };
        let is_there = |id: &board::ShapeId| self.visit.borrow().editor().board().shape(id).is_some();
        match place {
            Destination::View(x, y, zoom) => {
                self.edit(Input::LookAt { at: scene::BoardPoint::new(x, y), zoom: Some(zoom) });
            }
            Destination::Shape(id) if board::ShapeId::parse(&id).as_ref().is_some_and(is_there) => {
                self.edit(Input::GoTo(id));
            }
            Destination::Shape(_) => self.page.toasts.push(self.page.words.get(key::BOARD_GONE_BY_LINK).to_owned()),
        }
    }

    /// A link that leads to the first selected shape, or to what is in view; it gives nobody a right that they do not have.
    pub(super) fn copy_link(&self) {
        let place = {
            let visit = self.visit.borrow();
            let (editor, (width_px, height_px)) = (visit.editor(), self.size_px());
            let middle = editor.camera().visible(width_px, height_px).center();
            match editor.selection().first() {
                Some(id) => Destination::Shape(id.to_string()),
                None => Destination::View(middle.x, middle.y, editor.camera().zoom()),
            }
        };
        let origin = window().location().origin().unwrap_or_default();
        crate::clipboard::copy(&format!("{origin}{}{}", crate::route::board_path(&self.place.id), place.fragment()));
        self.page.toasts.push(self.page.words.get(key::BOARD_LINK_COPIED).to_owned());
    }

    /// Puts a picture of the selection on the clipboard, of the whole board where nothing is selected; in the colours that
    /// are seen.
    pub(super) fn copy_picture(self: &Rc<Self>, format: ExportFormat) {
        let selection = self.with_editor(|editor| !editor.selection().is_empty());
        let dark = self.theme() == scene::Theme::Dark;
        let wish = ExportWish { format, selection, scale: 2, background: true, dark };
        spawn_local(crate::parts::make_export(Rc::clone(self), wish, ExportTask::Copy));
    }

    /// Follows the link of the selected shape, in a tab that knows nothing of this one.
    pub(super) fn open_link(&self) {
        let link = self.with_editor(|editor| {
            let shape = editor.board().shape(editor.selection().first()?)?;
            shape.link.as_deref().filter(|link| board::is_link(link)).map(str::to_owned)
        });
        if let Some(link) = link {
            let _ = window().open_with_url_and_target_and_features(&link, "_blank", "noopener,noreferrer");
        }
    }

    /// Lets the frame that is presented fill the view.
    pub fn show_presented(self: &Rc<Self>) {
        let store = self.page.store;
        let Some(at) = store.presenting.get_untracked() else { return };
        let id = store.slides.read_untracked().get(at).map(|slide| slide.id.to_string());
        if let Some(id) = id {
            self.edit(Input::Show(id));
        }
    }

    /// Where the text is that is typed, and what the bar of its letters must leave free.
    pub(super) fn text_at(&self, session: &TextSession) -> TextAt {
        let text = TextAt {
            x: session.at.x,
            y: session.at.y,
            height: session.height_px,
            shape: (session.at.y, session.at.y + session.height_px),
        };
        self.with_editor(|editor| {
            let shape = editor.board().shape(&session.id);
            // A line is long and thin: what stands beside it is near enough to none of its text.
            let Some(shape) = shape.filter(|shape| shape.kind.is_area() || shape.kind == Kind::Note) else {
                return text;
            };
            let (camera, rect) = (editor.camera(), shape.bounds());
            let from = camera.to_screen(rect.origin().into());
            TextAt { x: from.x, shape: (from.y, from.y + rect.height() * camera.zoom()), ..text }
        })
    }

    /// Says which commands can be run now.
    pub fn list_commands(&self) {
        let visit = self.visit.borrow();
        let editor = visit.editor();
        let enabled = editor::COMMANDS.iter().filter(|command| editor.is_command_enabled(command.id));
        let mut selected = editor.selection().iter().filter_map(|id| editor.board().shape(id));
        self.page.store.enable(enabled.map(|command| command.id).collect(), selected.all(|shape| shape.locked));
    }

    /// Opens the menu of what was pressed on, or of the selection where a key asked for it.
    pub fn open_menu(self: &Rc<Self>, event: &web_sys::PointerEvent) {
        let rect = self.host.get_bounding_client_rect();
        // Not every browser tells what kind of pointer asked.
        let kind = js_sys::Reflect::get(event, &"pointerType".into()).ok().and_then(|kind| kind.as_string());
        let is_finger = kind.as_deref() == Some("touch");
        if is_finger && self.page.store.tool.get_untracked() != "select" {
            // A long press draws.
            return;
        }
        let at = match event.button() == 2 || is_finger {
            true => (f64::from(event.client_x()), f64::from(event.client_y())),
            false => (rect.left() + rect.width() / 2.0, rect.top() + rect.height() / 3.0),
        };
        if event.button() == 2 || is_finger {
            self.edit(Input::Pick(scene::ScreenPoint::new(at.0 - rect.left(), at.1 - rect.top())));
        }
        self.page.store.menu_at.set(Some(at));
    }

    /// Shows a map in this element, or none.
    pub fn show_map(self: &Rc<Self>, host: Option<HtmlElement>) {
        self.screen.borrow_mut().show_map(host);
        self.ask_frame(view_and_overlay());
    }

    /// Looks at what the map shows at a place of it.
    pub fn look_from_map(self: &Rc<Self>, at: scene::ScreenPoint) {
        let at = self.screen.borrow().map().map(|map| map.to_board(at));
        if let Some(at) = at {
            self.edit(Input::LookAt { at, zoom: None });
        }
    }

    /// Tells the chrome which frames there are.
    pub fn list_slides(&self) {
        self.page.store.slides.set(self.visit.borrow().editor().slides());
    }

    /// Tells the chrome which colours the board uses.
    pub fn list_colours(&self) {
        self.page.store.board_colours.set(chrome::free_colours(self.visit.borrow().editor()));
    }
}

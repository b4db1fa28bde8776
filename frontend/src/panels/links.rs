//! The links of a board, for its owner: who may do what, until when, and an end to it. It must not know how a link is
//! asked for, kept or checked.

use leptos::html;
use leptos::prelude::*;
use protocol::{ChangeLink, CreateLink, LinkDescription, Role};

use super::confirm::Confirm;
use super::invite::{CopyField, Copying, Invitation};
use super::present::Present;
use crate::clipboard;
use crate::clock::{now_ms, relative};
use crate::sharing::Managed;
use crate::store::{BoardStore, Status};
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::dynamic::{dynamic, effect, keyed, list, when};
use crate::ui::tooltip::Side;
use crate::words::{Word, Words, key};

const HOUR_MS: f64 = 3_600_000.0;

/// When a new link may end: id of the choice, its word, and hours from now.
const EXPIRIES: [(&str, Word, Option<f64>); 5] = [
    ("never", key::EXPIRY_NEVER, None),
    ("hour", key::EXPIRY_HOUR, Some(1.0)),
    ("day", key::EXPIRY_DAY, Some(24.0)),
    ("week", key::EXPIRY_WEEK, Some(7.0 * 24.0)),
    ("month", key::EXPIRY_MONTH, Some(30.0 * 24.0)),
];

/// The section of the dialog.
#[component]
pub fn ManagedLinks(
    /// The board and what this browser knows of its links.
    invitation: Invitation,
) -> impl IntoView {
    let words = Words::of_page();
    let Some(owner) = invitation.owner_key().cloned() else { return ().into_any() };
    let managed = Managed::of(invitation.id, owner, invitation.links);
    read_links(managed);
    let is_read = Memo::new(move |_| managed.links.read().is_some());
    let links = Signal::derive(move || managed.links.get().unwrap_or_default());
    let rows = move || match is_read.get() {
        false => view! { <p class="invite__note">{words.of(key::LINKS_LOADING)}</p> }.into_any(),
        true => {
            let row = move |link| view! { <LinkRow managed=managed link=link /> }.into_any();
            view! { <ul class="links">{keyed(links, |link| link.id.as_str().to_owned(), row)}</ul> }.into_any()
        }
    };
    let is_ending = Signal::derive(move || managed.ending.read().is_some());
    view! {
        <Present managed=managed />
        <section class="links-section" tabindex="-1" aria-label=words.of(key::LINKS_TITLE) data-testid="links">
            <h3 class="field__label">{words.of(key::LINKS_TITLE)}</h3>
            {dynamic(rows)}
            {when(is_ending, move || view! { <Ending managed=managed /> }.into_any())}
            <NewLink managed=managed />
        </section>
    }
    .into_any()
}

/// Reads the links, again when a lost connection is back where there was no answer.
fn read_links(managed: Managed) {
    let store = BoardStore::of_page();
    managed.read();
    effect(move || {
        if store.status.get() == Status::Saved && managed.links.with_untracked(Option::is_none) {
            managed.read();
        }
    });
}

#[component]
fn LinkRow(managed: Managed, link: Signal<LinkDescription>) -> impl IntoView {
    let words = managed.words;
    let name = Signal::derive(move || link.with(|link| name_of(words, link)));
    let meta = Signal::derive(move || link.with(|link| meta_of(words, link)));
    let role = Signal::derive(move || link.with(|link| link.role));
    let id = link.with_untracked(|link| link.id.clone());
    let change_role = {
        let id = id.clone();
        move |role: Role| managed.change(id.clone(), ChangeLink { role: Some(role), ..ChangeLink::default() })
    };
    let labelled = move |word: Word| Signal::derive(move || words.fill(word, &[("name", &name.get())]));
    // Nobody is invited by a link that has ended.
    let address = Signal::derive(move || link.with(|link| managed.address(&link.id).filter(|_| !has_ended(link))));
    let copy = move |()| {
        let Some(address) = address.get_untracked() else { return };
        clipboard::copy(&address);
        managed.toasts.push(words.get(key::LINKS_COPIED).to_owned());
    };
    let copying = move || {
        view! {
            <IconButton
                attr:data-testid="copy-link"
                label=labelled(key::LINKS_COPY)
                icon=icondata::LuCopy
                side=Side::BottomEnd
                on_press=Callback::new(copy)
            />
        }
        .into_any()
    };
    let end =
        |is_rotation: bool| Callback::new(move |()| managed.ending.set(Some((link.get_untracked(), is_rotation))));
    view! {
        <li class="links__row" data-link=id.as_str().to_owned()>
            <span class="links__text">
                <span class="links__name">{name}</span>
                <span class="links__meta">{meta}</span>
            </span>
            <RoleSelect words=words role=role on_choose=Callback::new(change_role) />
            {when(Signal::derive(move || address.get().is_some()), copying)}
            <IconButton
                attr:data-testid="rotate-link"
                label=labelled(key::LINKS_ROTATE)
                icon=icondata::LuRefreshCw
                side=Side::BottomEnd
                on_press=end(true)
            />
            <IconButton
                attr:data-testid="revoke-link"
                label=labelled(key::LINKS_REVOKE)
                icon=icondata::LuLink2Off
                side=Side::BottomEnd
                on_press=end(false)
            />
        </li>
    }
    .into_any()
}

/// Whether a link's time is over.
fn has_ended(link: &LinkDescription) -> bool {
    // Milliseconds since 1970 are exact in a double.
    link.expires_at_ms.is_some_and(|at_ms| at_ms as f64 <= now_ms())
}

/// What a link is called; its role where it has no name.
fn name_of(words: Words, link: &LinkDescription) -> String {
    if link.label.is_empty() { words.named("role", link.role.as_str()) } else { link.label.clone() }
}

fn meta_of(words: Words, link: &LinkDescription) -> String {
    // Milliseconds since 1970 are exact in a double.
    let spoken = |at_ms: i64| relative(at_ms as f64, now_ms(), words.0.get_untracked());
    let mut parts = Vec::new();
    if link.is_yours {
        parts.push(words.get(key::LINKS_YOURS).to_owned());
    }
    parts.push(words.fill(key::LINKS_MADE, &[("when", &spoken(link.created_at_ms))]));
    match link.expires_at_ms {
        Some(_) if has_ended(link) => parts.push(words.get(key::LINKS_ENDED).to_owned()),
        Some(at_ms) => parts.push(words.fill(key::LINKS_ENDS, &[("when", &spoken(at_ms))])),
        None => {}
    }
    if link.has_password {
        parts.push(words.get(key::LINKS_LOCKED).to_owned());
    }
    parts.join(" · ")
}

/// Chooses a role from the browser's own list. It shows `role` again whenever that is told, also where a choice failed.
#[component]
fn RoleSelect(words: Words, #[prop(into)] role: Signal<Role>, on_choose: Callback<Role>) -> impl IntoView {
    let select = NodeRef::<html::Select>::new();
    effect(move || {
        let role = role.get();
        if let Some(select) = select.get() {
            select.set_value(role.as_str());
        }
    });
    let options = Role::ALL.into_iter().map(move |option| {
        let label = Signal::derive(move || words.named("role", option.as_str()));
        view! { <option value=option.as_str()>{label}</option> }.into_any()
    });
    let choose = move |event| {
        if let Ok(role) = event_target_value(&event).parse() {
            on_choose.run(role);
        }
    };
    view! {
        <select class="input select" aria-label=words.of(key::LINKS_ACCESS) node_ref=select on:change=choose>
            {list(options)}
        </select>
    }
    .into_any()
}

/// Asks before a link ends or gets another address.
#[component]
fn Ending(managed: Managed) -> impl IntoView {
    let words = managed.words;
    let Some((link, is_rotation)) = managed.ending.get_untracked() else { return ().into_any() };
    let name = name_of(words, &link);
    let (title, text, confirm) = if is_rotation {
        (key::LINKS_ROTATE, key::LINKS_ROTATE_TEXT, key::LINKS_ROTATE_CONFIRM)
    } else {
        (key::LINKS_REVOKE, key::LINKS_REVOKE_TEXT, key::LINKS_REVOKE_CONFIRM)
    };
    let press = move |()| {
        if is_rotation { managed.rotate(link.id.clone()) } else { managed.revoke(link.id.clone()) }
    };
    view! {
        <Confirm
            title=words.fill(title, &[("name", &name)])
            text=words.of(text)
            confirm=words.of(confirm)
            confirm_id="confirm-link"
            on_confirm=Callback::new(press)
            on_close=Callback::new(move |()| managed.ending.set(None))
        />
    }
    .into_any()
}

#[component]
fn NewLink(managed: Managed) -> impl IntoView {
    let words = managed.words;
    let open = RwSignal::new(false);
    let copying = RwSignal::new(Copying::NotYet);
    effect(move || {
        managed.told.track();
        copying.set(Copying::NotYet);
    });
    let address = Signal::derive(move || managed.told_address().unwrap_or_default());
    let told = move || {
        view! {
            <p class="invite__note">{words.of(key::LINKS_TOLD_ONCE)}</p>
            <CopyField link=address copying=copying take_focus=true />
        }
        .into_any()
    };
    let body = move || {
        if open.get() {
            view! { <NewLinkForm managed=managed open=open /> }.into_any()
        } else {
            view! {
                <Button
                    attr:data-testid="new-link"
                    label=words.of(key::LINKS_NEW)
                    weight=Weight::Secondary
                    icon=icondata::LuPlus
                    on_press=Callback::new(move |()| open.set(true))
                />
            }
            .into_any()
        }
    };
    view! {
        {when(Signal::derive(move || managed.told.read().is_some()), told)}
        {dynamic(body)}
    }
    .into_any()
}

/// The moment of a choice of [`EXPIRIES`], in milliseconds since 1970.
fn moment_of(expiry: &str) -> Option<i64> {
    let (.., hours) = EXPIRIES.iter().find(|(id, ..)| *id == expiry)?;
    // Whole milliseconds, far below 2^53.
    hours.map(|hours| (now_ms() + hours * HOUR_MS) as i64)
}

/// Chooses when a link ends.
#[component]
fn ExpirySelect(words: Words, expiry: RwSignal<&'static str>) -> impl IntoView {
    let expiries =
        EXPIRIES.into_iter().map(move |(id, word, _)| view! { <option value=id>{words.of(word)}</option> }.into_any());
    let choose_expiry = move |event| {
        let chosen = event_target_value(&event);
        expiry.set(EXPIRIES.iter().map(|(id, ..)| *id).find(|id| *id == chosen).unwrap_or("never"));
    };
    view! { <select class="input select" on:change=choose_expiry>{list(expiries)}</select> }.into_any()
}

#[component]
fn NewLinkForm(managed: Managed, open: RwSignal<bool>) -> impl IntoView {
    let words = managed.words;
    let (role, expiry) = (RwSignal::new(Role::Edit), RwSignal::new("never"));
    let (label, password) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let creating = RwSignal::new(false);
    let value = |field: NodeRef<html::Input>| field.get_untracked().map(|input| input.value()).unwrap_or_default();
    let create = move |()| {
        let wish = CreateLink {
            role: role.get_untracked(),
            label: value(label),
            expires_at_ms: moment_of(expiry.get_untracked()),
            password: Some(value(password)).filter(|password| !password.is_empty()),
        };
        creating.set(true);
        // A made link closes this form, and takes `creating` with it.
        managed.create(wish, move |is_made| if is_made { open.set(false) } else { creating.set(false) });
    };
    view! {
        <div class="links__form" role="group" aria-label=words.of(key::LINKS_NEW)>
            <label class="field">
                <span class="field__label">{words.of(key::LINKS_LABEL)}</span>
                <input
                    class="input"
                    data-testid="link-label"
                    maxlength="80"
                    placeholder=words.of(key::LINKS_LABEL_HINT)
                    node_ref=label
                />
            </label>
            <label class="field">
                <span class="field__label">{words.of(key::LINKS_ACCESS)}</span>
                <RoleSelect words=words role=Role::Edit on_choose=Callback::new(move |chosen| role.set(chosen)) />
            </label>
            <label class="field">
                <span class="field__label">{words.of(key::LINKS_EXPIRY)}</span>
                <ExpirySelect words=words expiry=expiry />
            </label>
            <label class="field">
                <span class="field__label">{words.of(key::LINKS_PASSWORD)}</span>
                <input
                    class="input"
                    type="password"
                    autocomplete="new-password"
                    data-testid="link-password"
                    maxlength="200"
                    placeholder=words.of(key::LINKS_PASSWORD_HINT)
                    node_ref=password
                />
            </label>
            <div class="dialog__actions">
                <Button
                    label=words.of(key::ACTION_CANCEL)
                    weight=Weight::Secondary
                    on_press=Callback::new(move |()| open.set(false))
                />
                <Button
                    attr:data-testid="create-link"
                    label=words.of(key::LINKS_CREATE)
                    weight=Weight::Primary
                    disabled=creating
                    on_press=Callback::new(create)
                />
            </div>
        </div>
    }
    .into_any()
}

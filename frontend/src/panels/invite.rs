//! Inviting: a link for each role that the reader may pass on.

use leptos::html;
use leptos::prelude::*;
use protocol::{BoardId, LinkSecret, Role};

use super::links::ManagedLinks;
use crate::clipboard::copy_shown;
use crate::keyring::KeptLink;
use crate::route::board_link;
use crate::shortcut::spoken;
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::choice::{Choice, ChoiceGroup};
use crate::ui::dialog::Dialog;
use crate::ui::dynamic::{Mounted, dynamic, effect, list, when};
use crate::ui::qr::Qr;
use crate::ui::tooltip::Side;
use crate::words::{Words, key};

/// What can be passed on: set once the board is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The board.
    pub id: BoardId,
    /// Its links that this browser knows.
    pub links: Vec<KeptLink>,
}

impl Invitation {
    /// The roles to offer, the most useful first. The owner's own link is offered only where there is no other: it would
    /// hand over the board.
    fn roles(&self) -> Vec<Role> {
        let mut roles: Vec<Role> = Role::ALL.into_iter().filter(|role| self.link(*role).is_some()).collect();
        if roles.len() > 1 {
            roles.retain(|role| *role != Role::Owner);
        }
        roles
    }

    /// The owner's key, for who may manage the board's links.
    pub fn owner_key(&self) -> Option<&LinkSecret> {
        self.link(Role::Owner).map(|link| &link.key)
    }

    fn link(&self, role: Role) -> Option<&KeptLink> {
        self.links.iter().find(|link| link.role == role)
    }

    fn address(&self, role: Role) -> Option<String> {
        self.link(role).map(|link| board_link(&self.id, &link.key))
    }
}

/// How far copying got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copying {
    /// It was not tried.
    NotYet,
    /// The clipboard has it.
    Copied,
    /// The browser refused; the person copies it.
    ByHand,
}

/// The dialog.
#[component]
pub fn InviteDialog(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// What can be passed on.
    invitation: Signal<Option<Invitation>>,
) -> impl IntoView {
    let words = Words::of_page();
    view! {
        <Dialog open=open title=words.of(key::INVITE_TITLE) close_label=words.of(key::ACTION_CLOSE)>
            <p class="dialog__text">{words.of(key::INVITE_TEXT)}</p>
            {dynamic(move || match invitation.get() {
                Some(invitation) => {
                    let managed = invitation.owner_key().is_some().then(|| {
                        view! { <ManagedLinks invitation=invitation.clone() /> }
                    });
                    view! {
                        <Links invitation=invitation />
                        {managed}
                    }
                    .into_any()
                }
                None => ().into_any(),
            })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Links(invitation: Invitation) -> impl IntoView {
    let words = Words::of_page();
    let roles = invitation.roles();
    let chosen = RwSignal::new(roles.first().copied());
    let copying = RwSignal::new(Copying::NotYet);
    let option = move |role: Role| {
        let label = Signal::derive(move || words.named("role", role.as_str()));
        let choose = move |()| {
            chosen.set(Some(role));
            copying.set(Copying::NotYet);
        };
        view! {
            <Choice
                attr:data-role=role.as_str()
                label=label
                class="segment"
                chosen=Signal::derive(move || chosen.get() == Some(role))
                on_choose=Callback::new(choose)
            >
                {label}
            </Choice>
        }
        .into_any()
    };
    let link = Signal::derive(move || chosen.get().and_then(|role| invitation.address(role)).unwrap_or_default());
    let access = match roles[..] {
        // Nothing to choose.
        [role] => view! { <span>{Signal::derive(move || words.named("role", role.as_str()))}</span> }.into_any(),
        _ => view! {
            <ChoiceGroup label=words.of(key::INVITE_ACCESS) class="segments">
                {list(roles.into_iter().map(option))}
            </ChoiceGroup>
        }
        .into_any(),
    };
    view! {
        <div class="invite__access">
            <span class="field__label">{words.of(key::INVITE_ACCESS)}</span>
            {access}
        </div>
        <CopyField link=link copying=copying />
    }
    .into_any()
}

/// A link, with a button that copies it.
#[component]
pub fn CopyField(
    /// Its address.
    link: Signal<String>,
    /// How far copying got.
    copying: RwSignal<Copying>,
    /// Whether it takes the focus, for what had it is gone.
    #[prop(optional)]
    take_focus: bool,
) -> impl IntoView {
    let words = Words::of_page();
    let field = NodeRef::<html::Input>::new();
    effect(move || {
        if let Some(field) = field.get().filter(|_| take_focus) {
            let _ = field.focus();
        }
    });
    let qr_shown = RwSignal::new(false);
    let code = move || {
        let code = move || view! { <Qr text=link.get() label=words.of(key::QR_LABEL) /> }.into_any();
        view! { <div class="invite__qr">{dynamic(code)}</div> }.into_any()
    };
    let mounted = Mounted::here();
    let press = move |()| {
        let Some(input) = field.get_untracked() else { return };
        mounted.ask(copy_shown(input), move |copied| {
            copying.set(if copied { Copying::Copied } else { Copying::ByHand });
        });
    };
    let button = Signal::derive(move || {
        words.get(if copying.get() == Copying::Copied { key::INVITE_COPIED } else { key::INVITE_COPY }).to_owned()
    });
    let note = Signal::derive(move || match copying.get() {
        Copying::ByHand => words.fill(key::INVITE_COPY_MANUALLY, &[("keys", &spoken("Mod+C", words))]),
        Copying::NotYet | Copying::Copied => String::new(),
    });
    view! {
        <div class="invite__link">
            <input
                class="input"
                type="text"
                readonly=true
                data-testid="invite-link"
                aria-label=words.of(key::INVITE_LINK)
                node_ref=field
                prop:value=link
                on:focus=move |_| field.get_untracked().into_iter().for_each(|input| input.select())
            />
            <IconButton
                attr:data-testid="show-qr"
                attr:aria-pressed=Signal::derive(move || qr_shown.get().to_string())
                label=Signal::derive(move || words.get(if qr_shown.get() { key::QR_HIDE } else { key::QR_SHOW }).to_owned())
                icon=icondata::LuQrCode
                side=Side::BottomEnd
                on_press=Callback::new(move |()| qr_shown.update(|shown| *shown = !*shown))
            />
            <Button
                attr:data-testid="copy-link"
                attr:data-copied=Signal::derive(move || (copying.get() == Copying::Copied).to_string())
                label=button
                weight=Weight::Primary
                on_press=Callback::new(press)
            />
        </div>
        <p class="invite__note" role="status">{note}</p>
        {when(qr_shown.into(), code)}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_passes_on_everything_but_ownership() {
        let kept = |role, fill| KeptLink { role, key: LinkSecret::from_random([fill; LinkSecret::LENGTH]), id: None };
        let invitation = |links: &[KeptLink]| {
            let id = BoardId::from_random([1; BoardId::LENGTH]);
            Invitation { id, links: links.to_vec() }
        };
        let all = invitation(&[kept(Role::View, 3), kept(Role::Owner, 1), kept(Role::Edit, 2)]);
        assert_eq!(all.roles(), [Role::Edit, Role::View]);
        assert_eq!(invitation(&[kept(Role::Owner, 1)]).roles(), [Role::Owner]);
        assert_eq!(invitation(&[kept(Role::View, 1)]).roles(), [Role::View]);
    }
}

//! The timer that everybody sees, and votings: on shapes, hidden until they are closed. It must not know how either is kept.

use std::time::Duration;

use leptos::prelude::*;
use protocol::meeting::TimerWish;

use super::company::LeadChip;
use super::private_notes::{PrivateChip, PrivateStart};
use crate::facilitation::Facilitating;
use crate::meeting::Meeting;
use crate::store::{BoardStore, UiRequest};
use crate::ui::button::{Button, IconButton, Weight};
use crate::ui::dynamic::{dynamic, list, when};
use crate::ui::icon::Icon;
use crate::ui::popover::Popover;
use crate::ui::tooltip::Side;
use crate::words::{Words, key};

const MINUTE_MS: u64 = 60_000;
/// Minutes that are offered.
const MINUTES: [u64; 5] = [1, 3, 5, 10, 15];
/// Votes of a person that are offered.
const BUDGETS: [u32; 4] = [1, 3, 5, 10];

/// The button with timer and voting, for those who may edit.
#[component]
pub fn FacilitatePanel() -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let open = RwSignal::new(false);
    let panel = move || {
        view! {
            <Popover
                open=open
                label=words.of(key::FACILITATE_TITLE)
                panel_class="panel facilitate popover__panel popover__panel--end"
                button_id="facilitate"
                tip=Side::BottomEnd
                face=view! { <Icon shape=icondata::LuTimer /> }.into_any()
            >
                <TimerStart open=open />
                <VotingStart open=open />
                <PrivateStart open=open />
            </Popover>
        }
        .into_any()
    };
    when(Signal::derive(move || store.may_write()), panel)
}

#[component]
fn TimerStart(open: RwSignal<bool>) -> impl IntoView {
    let (facilitating, words) = (Facilitating::of_page(), Words::of_page());
    let choices = MINUTES.into_iter().map(move |minutes| {
        let label = Signal::derive(move || words.fill(key::FACILITATE_MINUTES, &[("count", &minutes.to_string())]));
        let start = move |()| {
            open.set(false);
            facilitating.set_timer(TimerWish::Start(minutes * MINUTE_MS));
        };
        view! {
            <Button
                attr:data-minutes=minutes.to_string()
                label=label
                weight=Weight::Secondary
                on_press=Callback::new(start)
            />
        }
        .into_any()
    });
    view! {
        <section class="facilitate__part">
            <h3 class="field__label">{words.of(key::FACILITATE_TIMER)}</h3>
            <div class="facilitate__row">{list(choices)}</div>
        </section>
    }
    .into_any()
}

#[component]
fn VotingStart(open: RwSignal<bool>) -> impl IntoView {
    let (store, words) = (BoardStore::of_page(), Words::of_page());
    let has_none = Signal::derive(move || store.selection_count.get() == 0);
    let hint = move || view! { <p class="facilitate__note">{words.of(key::FACILITATE_CHOOSE)}</p> }.into_any();
    let choices = BUDGETS.into_iter().map(move |budget| {
        // Small numbers.
        let label =
            Signal::derive(move || words.count(key::FACILITATE_VOTES_ONE, key::FACILITATE_VOTES_MANY, budget as usize));
        let number = Signal::stored(budget.to_string());
        let begin = move |()| {
            open.set(false);
            store.request(UiRequest::BeginVoting(budget));
        };
        view! {
            <Button
                attr:data-budget=budget.to_string()
                attr:aria-label=label
                label=number
                weight=Weight::Secondary
                disabled=has_none
                on_press=Callback::new(begin)
            />
        }
        .into_any()
    });
    view! {
        <section class="facilitate__part">
            <h3 class="field__label">{words.of(key::FACILITATE_VOTING)}</h3>
            <p class="facilitate__note">{words.of(key::FACILITATE_VOTING_NOTE)}</p>
            <div class="facilitate__row">{list(choices)}</div>
            {when(has_none, hint)}
        </section>
    }
    .into_any()
}

fn spoken(seconds: u64) -> String {
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// The timer and the voting while there are any, in the middle at the top.
#[component]
pub fn MeetingBar() -> impl IntoView {
    let facilitating = Facilitating::of_page();
    let has_timer = Signal::derive(move || facilitating.timer.read().is_some());
    let has_voting = Signal::derive(move || facilitating.voting.read().is_some());
    view! {
        <div class="meeting-bar">
            {when(has_timer, || view! { <TimerChip /> }.into_any())}
            {when(has_voting, || view! { <VotingChip /> }.into_any())}
            <PrivateChip />
            <LeadChip />
        </div>
    }
    .into_any()
}

#[component]
fn TimerChip() -> impl IntoView {
    let (store, facilitating, words) = (BoardStore::of_page(), Facilitating::of_page(), Words::of_page());
    let seconds = RwSignal::new(facilitating.left_seconds().unwrap_or(0));
    let look = move || seconds.set(facilitating.left_seconds().unwrap_or(0));
    let ticking = set_interval_with_handle(look, Duration::from_millis(250)).ok();
    on_cleanup(move || {
        if let Some(ticking) = ticking {
            ticking.clear();
        }
    });
    let shown = Memo::new(move |_| seconds.get());
    let is_over = Signal::derive(move || (shown.get() == 0).to_string());
    let runs = Memo::new(move |_| facilitating.timer.read().as_ref().is_some_and(|timer| timer.ends_at_ms.is_some()));
    let button = move |word, icon, wish, testid: &'static str| {
        view! {
            <IconButton
                attr:data-testid=testid
                label=words.of(word)
                icon=icon
                side=Side::BottomStart
                on_press=Callback::new(move |()| facilitating.set_timer(wish))
            />
        }
    };
    let is_due = Memo::new(move |_| shown.get() == 0);
    let controls = move || {
        let hold = match (is_due.get(), runs.get()) {
            // There is nothing to hold.
            (true, _) => ().into_any(),
            (_, true) => button(key::FACILITATE_PAUSE, icondata::LuPause, TimerWish::Pause, "timer-pause").into_any(),
            _ => button(key::FACILITATE_RESUME, icondata::LuPlay, TimerWish::Resume, "timer-resume").into_any(),
        };
        view! {
            {hold}
            {button(key::FACILITATE_EXTEND, icondata::LuPlus, TimerWish::Extend(MINUTE_MS), "timer-extend")}
            {button(key::FACILITATE_STOP, icondata::LuX, TimerWish::Stop, "timer-stop")}
        }
        .into_any()
    };
    view! {
        <div class="panel meeting-chip" role="timer" aria-label=words.of(key::FACILITATE_TIMER) data-over=is_over data-testid="timer">
            <Icon shape=icondata::LuTimer />
            <strong class="meeting-chip__time">{Signal::derive(move || spoken(shown.get()))}</strong>
            {when(Signal::derive(move || store.may_write()), move || dynamic(controls))}
        </div>
    }
    .into_any()
}

#[component]
fn VotingChip() -> impl IntoView {
    let (store, facilitating, words) = (BoardStore::of_page(), Facilitating::of_page(), Words::of_page());
    let text = Signal::derive(move || {
        let Some(voting) = facilitating.voting.get() else { return String::new() };
        // Small numbers.
        let left = (voting.budget as usize).saturating_sub(facilitating.votes.read().len());
        let voters = voting.voters.to_string();
        if voting.is_open {
            words.fill(key::FACILITATE_VOTES_LEFT, &[("left", &left.to_string()), ("voters", &voters)])
        } else {
            words.fill(key::FACILITATE_RESULTS, &[("voters", &voters)])
        }
    });
    let is_open = Memo::new(move |_| facilitating.voting.read().as_ref().is_some_and(|voting| voting.is_open));
    let end = move || {
        let word = if is_open.get() { key::FACILITATE_CLOSE_VOTING } else { key::ACTION_CLOSE };
        view! {
            <Button
                attr:data-testid="end-voting"
                label=words.of(word)
                weight=Weight::Secondary
                on_press=Callback::new(move |()| facilitating.end_voting())
            />
        }
        .into_any()
    };
    view! {
        <div class="panel meeting-chip" role="status" data-testid="voting">
            <Icon shape=icondata::LuVote />
            <span>{text}</span>
            {when(Signal::derive(move || store.may_write()), move || dynamic(end))}
        </div>
    }
    .into_any()
}

/// A mark on each shape that is voted on: press it to vote; at the end it says how many did.
#[component]
pub fn Marks() -> impl IntoView {
    let (facilitating, words) = (Facilitating::of_page(), Words::of_page());
    let meeting = Meeting::of_page();
    let marks = move || {
        let Some(voting) = facilitating.voting.get() else { return ().into_any() };
        let (is_open, results) = (voting.is_open, voting.results);
        let best = results.iter().copied().max().unwrap_or(0);
        list(voting.shapes.into_iter().enumerate().map(|(at, shape)| {
            let place = {
                let id = format!("vote/{shape}");
                Signal::derive(move || match meeting.places.read().get(&id) {
                    Some([x, y]) => format!("--x: {x:.2}; --y: {y:.2}"),
                    // Its shape was deleted.
                    None => "display: none".to_owned(),
                })
            };
            let result = results.get(at).copied().unwrap_or(0);
            let wanted = shape.clone();
            let count = Memo::new(move |_| match is_open {
                true => facilitating.votes.read().iter().filter(|vote| **vote == wanted).count(),
                false => result as usize,
            });
            let label =
                Signal::derive(move || words.count(key::FACILITATE_VOTES_ONE, key::FACILITATE_VOTES_MANY, count.get()));
            view! {
                <button
                    type="button"
                    class="vote-mark"
                    style=place
                    aria-label=label
                    data-testid="mark"
                    data-best=(!is_open && best > 0 && result == best).to_string()
                    prop:disabled=!is_open || !meeting.may_comment()
                    on:click=move |_| facilitating.vote(&shape)
                >
                    <Icon shape=icondata::LuVote />
                    <span aria-hidden="true">{count}</span>
                </button>
            }
            .into_any()
        }))
    };
    dynamic(marks)
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_have_two_places() {
        for (seconds, expected) in [(0, "00:00"), (61, "01:01"), (5_999, "99:59")] {
            assert_eq!(super::spoken(seconds), expected);
        }
    }
}

//! The rules of the timer. It must not know requests, stores or clocks.

use protocol::ErrorCode;
use protocol::limits::MAX_TIMER_MS;
use protocol::meeting::{Timer, TimerWish};

/// What the timer becomes; nothing when it is taken away. To pause, resume or extend one that is not there does nothing.
///
/// # Errors
/// `TooLarge` where it would run longer than it may, `Malformed` for no time at all.
pub fn change(timer: Option<Timer>, wish: TimerWish, now_ms: u64) -> Result<Option<Timer>, ErrorCode> {
    let now_ms = whole(now_ms);
    let running = |left_ms: i64| Some(Timer { ends_at_ms: Some(now_ms.saturating_add(left_ms)), left_ms: None });
    let paused = |left_ms: i64| Some(Timer { ends_at_ms: None, left_ms: Some(left_ms) });
    let left_ms = |timer: &Timer| {
        let until_ms = timer.ends_at_ms.map(|at| at.saturating_sub(now_ms));
        until_ms.or(timer.left_ms).unwrap_or(0).max(0)
    };
    Ok(match (wish, timer) {
        (TimerWish::Start(ms), _) => running(bounded(ms, 0)?),
        (TimerWish::Stop, _) | (_, None) => None,
        (TimerWish::Pause, Some(timer)) => paused(left_ms(&timer)),
        (TimerWish::Resume, Some(timer)) => running(left_ms(&timer)),
        (TimerWish::Extend(ms), Some(timer)) => {
            let then_ms = bounded(ms, left_ms(&timer))?;
            if timer.ends_at_ms.is_some() { running(then_ms) } else { paused(then_ms) }
        }
    })
}

fn bounded(ms: u64, left_ms: i64) -> Result<i64, ErrorCode> {
    let then_ms = whole(ms).saturating_add(left_ms);
    match then_ms {
        _ if ms == 0 => Err(ErrorCode::Malformed),
        _ if then_ms > whole(MAX_TIMER_MS) => Err(ErrorCode::TooLarge),
        _ => Ok(then_ms),
    }
}

fn whole(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_runs_rests_and_goes_on() {
        use TimerWish::{Extend, Pause, Resume, Start, Stop};
        let runs = |at| Some(Timer { ends_at_ms: Some(at), left_ms: None });
        let rests = |left| Some(Timer { ends_at_ms: None, left_ms: Some(left) });
        for (before, wish, expected) in [
            (None, Start(500), Ok(runs(1_500))),
            (runs(9_000), Start(500), Ok(runs(1_500))),
            (runs(1_400), Pause, Ok(rests(400))),
            (rests(400), Pause, Ok(rests(400))),
            (rests(400), Resume, Ok(runs(1_400))),
            (runs(1_400), Extend(100), Ok(runs(1_500))),
            (rests(400), Extend(100), Ok(rests(500))),
            (runs(200), Extend(100), Ok(runs(1_100))),
            (runs(200), Pause, Ok(rests(0))),
            (runs(1_400), Stop, Ok(None)),
            (None, Resume, Ok(None)),
            (None, Start(0), Err(ErrorCode::Malformed)),
            (None, Start(MAX_TIMER_MS + 1), Err(ErrorCode::TooLarge)),
            (rests(5_999_000), Extend(1), Err(ErrorCode::TooLarge)),
            (None, Start(u64::MAX), Err(ErrorCode::TooLarge)),
        ] {
            assert_eq!(change(before.clone(), wish, 1_000), expected, "{before:?} {wish:?}");
        }
    }
}

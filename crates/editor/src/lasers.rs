//! Laser trails as they fade: one's own and others'. Knows no tool and no message.

use scene::BoardPoint;

use board::ClientId;

use crate::limits;

/// Every trail that can still be seen.
#[derive(Debug, Default)]
pub(crate) struct Lasers {
    trails: Vec<Trail>,
}

/// What one press has drawn.
#[derive(Debug)]
pub(crate) struct Trail {
    /// Nobody is oneself.
    pub(crate) who: Option<ClientId>,
    gesture: u64,
    /// How many points it had in all.
    count: u32,
    /// The ones that are left, each with when it was drawn.
    points: Vec<(BoardPoint, u64)>,
}

impl Lasers {
    /// A laser says its newest points, of which `after` others came before.
    pub(crate) fn extend(
        &mut self,
        who: Option<ClientId>,
        gesture: u64,
        after: u32,
        points: &[BoardPoint],
        now_ms: u64,
    ) {
        let place = self.trails.iter().position(|trail| trail.who == who && trail.gesture == gesture);
        let place = place.unwrap_or_else(|| {
            self.trails.push(Trail { who, gesture, count: 0, points: vec![] });
            self.trails.len() - 1
        });
        let trail = &mut self.trails[place];
        let known = trail.count.saturating_sub(after) as usize;
        let new = points.get(known..).unwrap_or(&[]);
        trail.points.extend(new.iter().map(|at| (*at, now_ms)));
        trail.count = trail.count.max(after.saturating_add(points.len() as u32));
        let over = trail.points.len().saturating_sub(limits::LASER_POINTS);
        trail.points.drain(..over);
        let over = self.trails.len().saturating_sub(limits::PEERS);
        self.trails.drain(..over);
    }

    /// Forgets what has faded; whether anything is left to see.
    pub(crate) fn settle(&mut self, now_ms: u64) -> bool {
        for trail in &mut self.trails {
            trail.points.retain(|(_, at_ms)| opacity(*at_ms, now_ms) > 0.0);
        }
        self.trails.retain(|trail| !trail.points.is_empty());
        !self.trails.is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.trails.is_empty()
    }

    /// The trails, each with its lines from point to point and how bright the second is.
    pub(crate) fn lines(&self, now_ms: u64) -> impl Iterator<Item = (&Trail, BoardPoint, BoardPoint, f32)> {
        self.trails.iter().flat_map(move |trail| {
            let pairs = trail.points.windows(2);
            pairs.map(move |pair| (trail, pair[0].0, pair[1].0, opacity(pair[1].1, now_ms)))
        })
    }
}

fn opacity(at_ms: u64, now_ms: u64) -> f32 {
    let age_ms = now_ms.saturating_sub(at_ms);
    let faded_ms = age_ms.saturating_sub(limits::LASER_HOLD_MS);
    1.0 - (faded_ms as f32 / limits::LASER_FADE_MS as f32).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trails_grow_and_fade() {
        let at = |x: f64| BoardPoint::new(x, 0.0);
        let mut lasers = Lasers::default();
        lasers.extend(None, 1, 0, &[at(0.0), at(1.0)], 0);
        // The next message overlaps the one before.
        lasers.extend(None, 1, 1, &[at(1.0), at(2.0)], 100);
        let places: Vec<f64> = lasers.lines(100).map(|(_, _, to, _)| to.x).collect();
        assert_eq!(places, [1.0, 2.0]);
        assert!(lasers.settle(limits::LASER_HOLD_MS + limits::LASER_FADE_MS));
        assert!(!lasers.settle(limits::LASER_HOLD_MS + limits::LASER_FADE_MS + 100));
        assert!(lasers.is_empty());
    }
}

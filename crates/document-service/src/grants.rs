//! How many lanes each gateway may open here for now: leases, granted again and again from what is free. It must not know
//! what a lane is for.

use rsocket::Connection;
use tokio::time::interval;

use crate::limits::{LANE_LEASE_INTERVAL, LANE_LEASE_TTL, LANES_PER_BOARD};
use crate::service::Service;

/// Grants leases for as long as it is run. A connection with too much waiting for its writer gets none, nor does one whose
/// gateway did not ask for leases, which needs none.
pub(crate) async fn keep_granting(service: &Service, connection: &Connection) {
    let mut ticks = interval(LANE_LEASE_INTERVAL);
    loop {
        ticks.tick().await;
        let lanes = share(service.free_boards(), service.live_connections());
        if !connection.grant_lease(LANE_LEASE_TTL, lanes) {
            tracing::trace!("no lease granted");
        }
    }
}

/// The lanes that one of `connections` may open when this many boards have room.
fn share(free_boards: usize, connections: usize) -> u32 {
    let lanes = free_boards.saturating_mul(LANES_PER_BOARD) / connections.max(1);
    u32::try_from(lanes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_shared_evenly() {
        for (free_boards, connections, lanes) in
            [(0, 3, 0), (1, 0, 2), (1, 1, 2), (10, 4, 5), (1, 3, 0), (usize::MAX, 1, u32::MAX)]
        {
            assert_eq!(share(free_boards, connections), lanes, "{free_boards} for {connections}");
        }
    }
}

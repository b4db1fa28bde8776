//! One test per case and link.

use super::{cases, ends};

macro_rules! on_each_link {
    ($($case:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $case() {
                let (client, server) = rsocket::memory::pair();
                super::cases::$case(client, server).await;
            })*
        }
        mod websocket {
            $(#[tokio::test]
            async fn $case() {
                let (client, server) = super::ends::websocket_pair().await;
                super::cases::$case(client, server).await;
            })*
        }
        mod tcp {
            $(#[tokio::test]
            async fn $case() {
                let (client, server) = super::ends::tcp_pair().await;
                super::cases::$case(client, server).await;
            })*
        }
    };
}

on_each_link![
    every_interaction_works,
    first_message_of_a_channel_needs_no_credit,
    one_granted_is_one_received,
    windows_top_up,
    sender_waits_for_credit_in_both_directions,
    a_sink_collects_no_more_than_its_credit,
    unread_stream_holds_up_nobody,
    long_messages_travel_in_fragments,
    metadata_is_fragmented_before_data,
    too_long_messages_end_only_their_stream,
    dropping_the_reader_cancels,
    dropping_the_future_of_a_request_cancels_it,
    dropping_the_sender_ends_the_stream,
    refusals_keep_their_code_and_text,
    defaults_refuse_and_rejection_is_retriable,
    answering_side_may_stop_one_half,
    either_side_may_ask,
    draining_lets_open_streams_end,
    closing_ends_streams_on_both_sides,
    panic_in_a_responder_closes_the_connection,
    refused_setup_reaches_the_client,
    setup_reaches_the_acceptor,
    too_many_streams_are_rejected,
    dropping_the_last_client_handle_drains,
    messages_arrive_in_order,
];

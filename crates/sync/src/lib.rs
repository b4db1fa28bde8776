//! The conversation: client and room state machines

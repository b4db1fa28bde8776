//! The gateway over a memory store, by raw requests: who may do what, what comes back, and what strangers and floods meet.

mod admin;
mod assets;
mod comments;
mod home;
mod links;
mod people;
mod rest;
mod server;
mod sign_in;

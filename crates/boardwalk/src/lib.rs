//! The binary: serve, gateway, document, migrate

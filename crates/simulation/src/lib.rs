//! The proof: editors, clients and rooms on a virtual clock

//! The words: ids, messages, error codes, limits, versions

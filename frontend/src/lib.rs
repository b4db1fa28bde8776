//! The page: Leptos shells and components

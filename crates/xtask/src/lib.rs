//! The broom: run, build, test, cluster, tidy

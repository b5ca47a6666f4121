//! `/metrics`: figures of this process and its database, in the text format of Prometheus
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

mod attempts;
mod counted;
mod histogram;
mod page;
mod requests;
mod text;

pub(crate) use counted::Metrics;
pub(crate) use page::metrics;

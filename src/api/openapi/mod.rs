//! The `OpenAPI` 3.1 document of the API, made from the table of routes: each route with its operation, what it requires
//! of its caller, and its errors.

mod operation;
mod parameters;
mod schemas;
mod tables;

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::Arc;

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::envelope::json_response;
use super::{Access, Route, Routes};
use operation::Operation;

const PATH: &str = "/openapi.json";

/// Adds the route of the document. It describes itself, and the routes that were added before.
pub(super) fn add(routes: Routes) -> Routes {
    let own = Route { method: Method::GET, path: PATH, access: Access::Read };
    let document = Arc::new(document(&[routes.table(), &[own]].concat()));
    routes.get(PATH, Access::Read, move || ready(json_response(StatusCode::OK, &*document)))
}

/// The document of these routes. A route that no operation describes is left out, which a test prevents.
#[must_use]
pub fn document(routes: &[Route]) -> Value {
    let operations = tables::all();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for route in routes {
        if let Some(operation) = operations.iter().find(|operation| describes(operation, route)) {
            let method = route.method.as_str().to_ascii_lowercase();
            paths.entry(route.path).or_default().insert(method, operation.document(route.access));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Ringback",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Events, callback profiles and deliveries. Profiles are in the shapes of the platform's own API.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "securitySchemes": {
                "api-key": {"type": "apiKey", "in": "header", "name": "api-key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    })
}

fn describes(operation: &Operation, route: &Route) -> bool {
    operation.method == route.method && operation.path == route.path
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::api::{Api, ApiParts, table};
    use crate::delivery::{OutcomeStream, SenderStatus};
    use crate::settings::Settings;
    use crate::storage::memory::MemoryStore;

    #[test]
    fn each_route_is_described_and_each_description_has_its_route() {
        let api = Api::new(ApiParts {
            store: Arc::new(MemoryStore::default()),
            settings: Settings::default(),
            sender: tokio::sync::watch::channel(SenderStatus::default()).1,
            outcomes: OutcomeStream::default(),
            access_log: None,
            is_open: true,
        });
        let table = table(api);
        let name = |method: &Method, path: &str| format!("{method} {path}");
        let routes: BTreeSet<String> = table.iter().map(|route| name(&route.method, route.path)).collect();
        let described: BTreeSet<String> = tables::all().iter().map(|o| name(&o.method, o.path)).collect();
        assert_eq!(routes, described);

        let document = document(&table);
        let mut ids = BTreeSet::new();
        for operations in document["paths"].as_object().unwrap().values() {
            for operation in operations.as_object().unwrap().values() {
                assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{operation}");
            }
        }
        assert_eq!(ids.len(), table.len());
    }

    #[test]
    fn each_reference_names_a_schema() {
        let routes: Vec<Route> = tables::all()
            .into_iter()
            .map(|operation| Route { method: operation.method, path: operation.path, access: Access::Read })
            .collect();
        let document = document(&routes);
        let text = document.to_string();
        let names: BTreeSet<&str> =
            text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(names.len() > 8, "{names:?}");
        for name in names {
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}

//! One operation.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::parameters::idempotency_key;
use super::schemas::schema;
use crate::api::{Access, Code};

/// What a route does, for the document.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    pub method: Method,
    pub path: &'static str,
    /// The name of the function in a generated client.
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    body: Option<Value>,
    /// The successful response: its status, and its contents by media type.
    success: (u16, Value),
    errors: Vec<Code>,
    /// A response that is no error and no success: its status, and its contents by media type.
    other: Option<(u16, &'static str, Value)>,
}

impl Operation {
    /// An operation without a body, that responds with nothing yet.
    pub fn new(
        method: Method,
        path: &'static str,
        id: &'static str,
        tag: &'static str,
        summary: &'static str,
    ) -> Self {
        let parameters = path_parameters(path);
        let (body, success, errors, other) = (None, (200, json!({})), Vec::new(), None);
        Self { method, path, id, tag, summary, parameters, body, success, errors, other }
    }

    /// The same with these parameters of the query or the header.
    pub fn parameters(mut self, parameters: impl IntoIterator<Item = Value>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// The same with a body of this schema.
    pub fn body(self, schema: &Value, required: bool) -> Self {
        self.bodies(&json!({"application/json": {"schema": schema}}), required)
    }

    /// The same with a body of one of these media types.
    pub fn bodies(mut self, content: &Value, required: bool) -> Self {
        self.body = Some(json!({"required": required, "content": content}));
        self
    }

    /// The same with a response in the envelope whose `data` has this schema.
    pub fn responds(self, status: u16, data: &Value) -> Self {
        let envelope = json!({
            "type": "object",
            "required": ["code", "message", "data"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}, "data": data},
        });
        self.contents(status, json!({"application/json": {"schema": envelope}}))
    }

    /// The same with a response of one of these media types.
    pub fn contents(mut self, status: u16, content: Value) -> Self {
        self.success = (status, content);
        self
    }

    /// The same with another response of one of these media types.
    pub fn or(mut self, status: u16, description: &'static str, content: Value) -> Self {
        self.other = Some((status, description, content));
        self
    }

    /// The same with these errors, besides those that every operation has.
    pub fn errors(mut self, codes: &[Code]) -> Self {
        self.errors.extend(codes);
        self
    }

    /// As in `paths` of the document.
    pub fn document(&self, access: Access) -> Value {
        let mut all = json!({
            "operationId": self.id, "tags": [self.tag], "summary": self.summary, "responses": self.responses(access),
        });
        let mut parameters = self.parameters.clone();
        if self.method == Method::POST {
            parameters.push(idempotency_key());
        }
        if !parameters.is_empty() {
            all["parameters"] = json!(parameters);
        }
        if let Some(body) = &self.body {
            all["requestBody"] = body.clone();
        }
        if access != Access::Public {
            all["security"] = json!([{"api-key": []}, {"bearer": []}]);
        }
        all
    }

    fn responses(&self, access: Access) -> Value {
        let mut all = Map::new();
        let mut put = |status: u16, description: &str, content: &Value| {
            all.insert(status.to_string(), json!({"description": description, "content": content}));
        };
        put(self.success.0, "Success", &self.success.1);
        if let Some((status, description, content)) = &self.other {
            put(*status, description, content);
        }
        let mut codes = self.errors.clone();
        codes.extend([Code::BadRequest, Code::TooSlow, Code::TooMany, Code::Unavailable, Code::Internal]);
        if access != Access::Public {
            codes.extend([Code::Unauthorized, Code::Forbidden, Code::NotFound]);
        }
        if self.method == Method::POST {
            codes.extend([Code::Conflict, Code::Invalid]);
        }
        if self.body.is_some() {
            codes.extend([Code::TooLarge, Code::MediaType, Code::Invalid]);
        }
        for code in codes {
            all.entry(code.status().as_u16().to_string()).or_insert_with(|| {
                json!({
                    "description": code.message(),
                    "content": {"application/json": {"schema": schema("Error")}},
                })
            });
        }
        all.into()
    }
}

/// The parameters in a path.
fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names.map(path_parameter).collect()
}

fn path_parameter(name: &str) -> Value {
    let schema = match name {
        "sid" => json!({"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}),
        _ => json!({"type": "string", "minLength": 1}),
    };
    let description = match name {
        "sid" => "The account id: any",
        _ => "The id of the profile or delivery",
    };
    json!({"name": name, "in": "path", "required": true, "description": description, "schema": schema})
}

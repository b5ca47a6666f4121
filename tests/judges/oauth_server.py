"""A real OAuth 2.0 server (Authlib with Flask), and an endpoint that it guards.

Prints its port on one line, then serves on loopback until its standard input ends.

    POST /token     client credentials, for the clients below
    POST /cb        the endpoint: 401 unless the token is good, of this server, and has the scope
    POST /revoke    every token given so far is refused from now on
    GET  /counts    {"tokens": given, "delivered": [bodies], "refused": n}
"""

import logging
import os
import sys
import threading

# Authlib wants https even on loopback.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from flask import Flask, jsonify, request
from werkzeug.serving import make_server


class Client(ClientMixin):
    def __init__(self, client_id, secret, method):
        self.client_id, self.secret, self.method = client_id, secret, method

    def get_client_id(self):
        return self.client_id

    def get_allowed_scope(self, scope):
        return " ".join(name for name in (scope or "").split() if name in ("callbacks", "reports"))

    def check_client_secret(self, secret):
        return secret == self.secret

    def check_endpoint_auth_method(self, method, endpoint):
        return endpoint == "token" and method == self.method

    def check_grant_type(self, grant_type):
        return grant_type == "client_credentials"


class Token(TokenMixin):
    def __init__(self, scope):
        self.scope, self.revoked = scope, False

    def get_scope(self):
        return self.scope

    def is_expired(self):
        return False

    def is_revoked(self):
        return self.revoked


CLIENTS = {
    client.client_id: client
    for client in [
        Client("by-body", "s3cret & p=q+ü", "client_secret_post"),
        Client("by-basic", "s3cret: of+basic%20ü", "client_secret_basic"),
    ]
}
TOKENS = {}
COUNTS = {"tokens": 0, "delivered": [], "refused": 0}


def save_token(token, _request):
    TOKENS[token["access_token"]] = Token(token.get("scope", ""))
    COUNTS["tokens"] += 1


class ClientCredentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]


class Validator(BearerTokenValidator):
    def authenticate_token(self, text):
        return TOKENS.get(text)


# What goes wrong is told; every request is not.
logging.getLogger("werkzeug").setLevel(logging.ERROR)
app = Flask(__name__)
server = AuthorizationServer(app, query_client=CLIENTS.get, save_token=save_token)
server.register_grant(ClientCredentials)
guard = ResourceProtector()
guard.register_token_validator(Validator())


@app.post("/token")
def token():
    return server.create_token_response()


@app.post("/cb")
@guard("callbacks")
def callback():
    COUNTS["delivered"].append(request.get_data(as_text=True))
    return "thank you"


@app.post("/revoke")
def revoke():
    for given in TOKENS.values():
        given.revoked = True
    return ""


@app.get("/counts")
def counts():
    return jsonify(COUNTS)


@app.after_request
def count_refusals(response):
    if request.path == "/cb" and response.status_code == 401:
        COUNTS["refused"] += 1
    return response


http = make_server("127.0.0.1", 0, app, threaded=True)
threading.Thread(target=http.serve_forever, daemon=True).start()
print(http.port, flush=True)
sys.stdin.read()

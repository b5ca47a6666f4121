"""Answers every request with what Flask decoded of it. Prints its port; ends when its input does."""

import base64
import os
import sys
import threading

from flask import Flask, jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

app = Flask(__name__)


@app.before_request
def echo():
    # Read before the form, or there is nothing left to be read.
    raw = request.get_data(cache=True)
    # WSGI hands headers over as Latin-1; the bytes on the wire are UTF-8.
    headers = [[name, value.encode("latin-1").decode("utf-8")] for name, value in request.headers]
    return jsonify(
        method=request.method,
        path=request.path,
        args=list(request.args.items(multi=True)),
        form=list(request.form.items(multi=True)),
        files=len(request.files),
        json=request.get_json(silent=True) if request.is_json else None,
        headers=headers,
        raw=base64.b64encode(raw).decode("ascii"),
    )


def end_with_input():
    sys.stdin.read()
    os._exit(0)


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_):
        pass


server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
threading.Thread(target=end_with_input, daemon=True).start()
print(server.port, flush=True)
server.serve_forever()

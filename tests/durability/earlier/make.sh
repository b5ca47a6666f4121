#!/usr/bin/env bash
# make.sh PROGRAM FILE: makes the database FILE with PROGRAM, a Ringback of an earlier schema.
#
# All that a database keeps is in it: profiles (one paused, one disabled, one deleted), an unsaved draft, a
# variable, and deliveries in each state. schema-6.db was made with the program at 9a46581, the last one with
# schema 6; schema-7.db with the one at 0759d86, the last one with schema 7; schema-8.db with the one at d9a4f63,
# the last one with schema 8; schema-9.db with the one at 3f3bccc, the last one with schema 9; schema-10.db with the
# one at e6cadac, the last one with schema 10; schema-11.db with the one at a92de528, the last one with schema 11;
# schema-12.db with the one at d4cdddc4, the last one with schema 12; schema-13.db with the one at 966214ef, the last
# one with schema 13; schema-14.db with the one at 593238db, the last one with schema 14; schema-15.db with the
# one at 5453626c, the last one with schema 15; schema-16.db with the one at 9ee27dd1, the last one
# with schema 16; schema-17.db with the one at c38c1226, the last one with schema 17;
# schema-18.db with the one at ba3e8a1d, the last one with schema 18; schema-19.db with the one at
# b25e1ec9, the last one with schema 19; schema-20.db with the one at 86b5ca06, the last one with schema 20.
# schema-21.db is schema-20.db with step 21. Needs tmux and python3.
set -euo pipefail
program=$(realpath "$1")
file=$(realpath -m "$2")
folder=$(mktemp -d)
cd "$folder"
export XDG_DATA_HOME=$folder XDG_CONFIG_HOME=$folder XDG_STATE_HOME=$folder RINGBACK_DB=$folder/old.db

# Responds 200 to /ok, and 500 to all else.
cat > endpoint.py <<'PY'
import http.server
class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200 if self.path.startswith("/ok") else 500)
        self.send_header("content-length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
print(server.server_port, flush=True)
server.serve_forever()
PY
python3 endpoint.py > port &
endpoint=$!
console=
clean() { kill "$endpoint" ${console:+"$console"} 2> /dev/null || true; rm -rf "$folder"; }
trap clean EXIT
until [ -s port ]; do sleep 0.05; done
url=http://127.0.0.1:$(cat port)

profile() { # TITLE PATH MEMBERS
  cat <<JSON
{"title": "$1", "channel": "sms", "events": ["sms-send"], "url": "$url/$2?id=<id>",
 "body": "{\"status\":\"<status>\"}", $3
 "auth": {"type": "api-key", "header": "api-key", "key": "s3cret"}}
JSON
}
retries='"retry": {"count": 2, "interval_s": 3600, "timeout_ms": 5000},'
{
  echo '['; profile "Order SMS" ok "$retries"; echo ,; profile Failing no ""; echo ,; profile Waiting no "$retries"; echo ,
  profile Paused ok "$retries"; echo ,; profile Disabled ok ""; echo ,; profile Deleted ok ""; echo ']'
} > profiles.json
"$program" profiles apply profiles.json > /dev/null
"$program" variables add sms-send order_id --meaning "the order" --sample 4711 > /dev/null
"$program" deliveries pause Paused > /dev/null

event() { "$program" send "$1" --event sms-send --set id="$2" --set status=DELIVRD "${@:3}" > /dev/null; }
event "Order SMS" 1                      # delivered
"$program" test "Order SMS" > /dev/null  # a test, delivered
event Failing 2 || true                  # failed
event Waiting 3 --no-wait                # waiting, once it was sent
event Paused 4 --no-wait                 # queued, for each of these
event Disabled 5 --no-wait
"$program" profiles disable Disabled > /dev/null
event Deleted 6 --no-wait
event Paused 7 --no-wait
"$program" deliveries cancel "$("$program" deliveries list --json | python3 -c '
import json, sys
print(json.load(sys.stdin)[0]["delivery_id"])')"
"$program" profiles delete --yes Deleted
timeout -s INT 5 "$program" work > /dev/null || true

# An unsaved draft: typed, and the console killed.
tmux -L "fixture$$" -f /dev/null new-session -d -x 120 -y 36 "exec $program"
console=$(tmux -L "fixture$$" list-panes -F '#{pane_pid}')
shows() { tmux -L "fixture$$" capture-pane -p | grep -qF -- "$1"; }
until shows "Order SMS"; do sleep 0.05; done
tmux -L "fixture$$" send-keys e
sleep 1
tmux -L "fixture$$" send-keys -l " unsaved"
until python3 - <<'PY'
import os, sqlite3, sys
sys.exit(not sqlite3.connect(os.environ["RINGBACK_DB"]).execute("SELECT count(*) FROM draft WHERE document LIKE '%unsaved%'").fetchone()[0])
PY
do sleep 0.1; done
kill -9 "$console"
console=

python3 - "$file" <<'PY'
import os, sqlite3, sys
db = sqlite3.connect(os.environ["RINGBACK_DB"])
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
db.execute("VACUUM INTO ?", (sys.argv[1],))
PY

"""Verifies Standard Webhooks with the reference library: a line of JSON in {secret, headers, body}
with the body in base64, and a line out: "verified", or why not."""

import base64
import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError

for line in sys.stdin:
    asked = json.loads(line)
    body = base64.b64decode(asked["body"], validate=True)
    try:
        Webhook(asked["secret"]).verify(body, asked["headers"], json_parse=False)
        print("verified")
    except WebhookVerificationError as error:
        print(f"refused: {error}")

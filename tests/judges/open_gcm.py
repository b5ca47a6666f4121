"""Decrypts AES-GCM with `cryptography`: a line of JSON in {key, iv or null, value}, a line out.

Without an IV it stands first inside the base64. The answer is the plain text in base64, or null
where the tag does not fit.
"""

import base64
import json
import sys

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

for line in sys.stdin:
    asked = json.loads(line)
    sealed = base64.b64decode(asked["value"], validate=True)
    if asked["iv"] is None:
        nonce, sealed = sealed[:16], sealed[16:]
    else:
        nonce = asked["iv"].encode()
    try:
        plain = AESGCM(asked["key"].encode()).decrypt(nonce, sealed, None)
        print(json.dumps(base64.b64encode(plain).decode("ascii")))
    except InvalidTag:
        print("null")

"""Reads a JSON Schema and then documents, one a line, and prints for each whether it is valid."""

import json
import sys

from jsonschema import Draft202012Validator

schema = json.loads(sys.stdin.readline())
Draft202012Validator.check_schema(schema)
print("schema", flush=True)
validator = Draft202012Validator(schema)
for line in sys.stdin:
    print("valid" if validator.is_valid(json.loads(line)) else "invalid", flush=True)

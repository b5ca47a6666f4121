"""Reads lines of JSON, each with YAML and its value; prints for each whether PyYAML reads that value."""

import json
import sys

import yaml


def number(text):
    return ("number", float(text)) if "." in text else int(text)


def same(read, wanted):
    """As ==, but 1, 1.0 and True are different, and so are the orders of names."""
    if isinstance(wanted, tuple):
        return type(read) is float and read == wanted[1]
    if type(read) is not type(wanted):
        return False
    if isinstance(wanted, dict):
        return list(read) == list(wanted) and all(same(read[name], wanted[name]) for name in wanted)
    if isinstance(wanted, list):
        return len(read) == len(wanted) and all(map(same, read, wanted))
    return read == wanted


for line in sys.stdin:
    asked = json.loads(line, parse_float=number)
    try:
        print("same" if same(yaml.safe_load(asked["yaml"]), asked["value"]) else "other", flush=True)
    except yaml.YAMLError as error:
        print(repr(str(error)), flush=True)

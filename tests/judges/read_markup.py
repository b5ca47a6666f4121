"""Reads XML documents, one a line as a JSON string, and prints what each holds as JSON: for every
element in order its tag, its attributes and its text."""

import json
import sys
import xml.etree.ElementTree as ElementTree

for line in sys.stdin:
    root = ElementTree.fromstring(json.loads(line).encode("utf-8"))
    print(json.dumps([[e.tag, e.attrib, e.text or ""] for e in root.iter()]), flush=True)

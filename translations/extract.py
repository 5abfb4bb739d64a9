#!/usr/bin/env python3
"""Finds every translatable text in the sources and keeps diascope_zh_CN.ts in step with them.

    extract.py            rewrites the .ts: new texts are added unfinished, texts that are gone are dropped
    extract.py --check    says what is missing or unfinished; exit code 1 if anything is

All texts live in one context, "Diascope": the same English is the same Chinese wherever it stands, and free functions
named tr need no class. The program's translator looks texts up in that one context.
"""
import ast
import pathlib
import re
import sys
import xml.etree.ElementTree as ET

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
TS = HERE / "diascope_zh_CN.ts"
LITERAL = r'"(?:[^"\\\n]|\\.)*"'
LITERALS = rf'({LITERAL}(?:\s*{LITERAL})*)'
CALLS = [
    re.compile(rf'(?<![\w"])(?:\w+::)*tr\(\s*{LITERALS}\s*(?:,\s*(nullptr|{LITERAL})\s*(,)?)?'),
    re.compile(rf'\btranslate\(\s*{LITERAL}\s*,\s*{LITERALS}\s*(?:,\s*(nullptr|{LITERAL})\s*(,)?)?'),
    re.compile(rf'\bQT_TRANSLATE_NOOP\(\s*{LITERAL}\s*,\s*{LITERALS}'),
    re.compile(rf'\bQT_TR_NOOP\(\s*{LITERALS}'),
]


def text_of(literals):
    return "".join(ast.literal_eval(literal) for literal in re.findall(LITERAL, literals))


def texts():
    """{(text, comment): is it counted with %n}"""
    found = {}
    for house in ("netclient", "viewer", "reporting", "app"):
        for path in sorted((ROOT / house).rglob("*")):
            if path.suffix not in (".cpp", ".h"):
                continue
            source = re.sub(r'^\s*///?.*$', '', path.read_text(encoding="utf-8"), flags=re.M)
            for call in CALLS:
                for match in call.finditer(source):
                    text = text_of(match.group(1))
                    note = match.group(2) if call.groups >= 2 else None
                    comment = text_of(note) if note and note.startswith('"') else ""
                    if text.strip():
                        found[(text, comment)] = "%n" in text
    return found


def translations():
    known = {}
    if TS.exists():
        for message in ET.parse(TS).getroot().iter("message"):
            translation = message.find("translation")
            forms = translation.findall("numerusform")
            value = forms[0].text if forms else translation.text
            if value and translation.get("type") != "unfinished":
                known[(message.findtext("source"), message.findtext("comment") or "")] = value
    return known


def write(found, known):
    root = ET.Element("TS", version="2.1", language="zh_CN", sourcelanguage="en")
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name").text = "Diascope"
    for (text, comment), is_counted in sorted(found.items()):
        message = ET.SubElement(context, "message", {"numerus": "yes"} if is_counted else {})
        ET.SubElement(message, "source").text = text
        if comment:
            ET.SubElement(message, "comment").text = comment
        value = known.get((text, comment))
        translation = ET.SubElement(message, "translation", {} if value else {"type": "unfinished"})
        if is_counted:
            ET.SubElement(translation, "numerusform").text = value
        else:
            translation.text = value
    ET.indent(root, "    ")
    body = ET.tostring(root, encoding="unicode")
    TS.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")


def main():
    found, known = texts(), translations()
    missing = [key for key in found if key not in known]
    if "--check" in sys.argv:
        marks = re.compile(r"%L?\d+|%n")
        wrong = [key for key in found if key in known and sorted(marks.findall(key[0])) != sorted(marks.findall(known[key]))]
        for text, _ in missing:
            print("not translated:", text)
        for text, _ in wrong:
            print("other placeholders:", text, "->", known[(text, _)])
        print(f"{len(found)} texts, {len(missing)} not translated, {len(wrong)} with other placeholders")
        return 1 if missing or wrong else 0
    write(found, known)
    print(f"{len(found)} texts, {len(missing)} not translated")
    return 0


sys.exit(main())

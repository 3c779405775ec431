import { applyEdits, createScanner, findNodeAtLocation, modify, type Node } from 'jsonc-parser';
import { JsoncDocument, type JsonPath } from './jsonc-document.js';

const FORMAT = { formattingOptions: { tabSize: 2, insertSpaces: true, eol: '\n' } } as const;

/**
 * Sets the value at the path, or removes it when it is undefined; comments and layout elsewhere stay as they are.
 * Objects on the way are made; a path through a value that is no object or list throws.
 */
export function editJsonc(document: JsoncDocument, path: JsonPath, value: unknown): JsoncDocument {
  if (value === undefined) return withoutValue(document, path);
  return JsoncDocument.parse(applyEdits(document.text, modify(document.text, [...path], value, FORMAT)));
}

/** The library's own removal takes the comments of the next member along, and formats it anew. */
function withoutValue(document: JsoncDocument, path: JsonPath): JsoncDocument {
  const value = findNodeAtLocation(document.root, [...path]);
  const item = value?.parent?.type === 'property' ? value.parent : value;
  if (!item?.parent) return document;
  const after = JsoncDocument.parse(cut(document.text, item));
  // A key that stands twice goes twice.
  return value?.parent?.type === 'property' ? withoutValue(after, path) : after;
}

function cut(text: string, item: Node): string {
  const siblings = item.parent?.children ?? [];
  const before = siblings[siblings.indexOf(item) - 1];
  let [start, end] = [item.offset, item.offset + item.length];
  const commaAfter = commaAt(text, end);
  const commaBefore = before && commaAfter === undefined ? commaAt(text, before.offset + before.length) : undefined;
  if (commaAfter !== undefined) end = commaAfter + 1;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', end);
  const aloneOnItsLines =
    lineStart > 0 && lineEnd >= 0 && /^[ \t]*$/.test(text.slice(lineStart, start)) && /^[ \t\r]*$/.test(text.slice(end, lineEnd));
  if (aloneOnItsLines) [start, end] = [lineStart, lineEnd + 1];
  const head = commaBefore === undefined ? text.slice(0, start) : text.slice(0, commaBefore) + text.slice(commaBefore + 1, start);
  return head + text.slice(end);
}

/** Where the comma stands that is the next thing from the offset on, comments and blanks aside. */
function commaAt(text: string, offset: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  scanner.scan();
  return text[scanner.getTokenOffset()] === ',' ? scanner.getTokenOffset() : undefined;
}

import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { OssError } from './errors.ts';

/** Control characters go out raw: sax, and so ali-oss, refuses `&#1;` but reads the byte. */
const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

const builder = new XMLBuilder({
  processEntities: false,
  tagValueProcessor: (_name, value) =>
    String(value).replace(/[&<>"\r]/g, char => ESCAPES[char] ?? char),
});

/** Lists even where there is one of them. */
const REPEATED = new Set(
  'Object Part CORSRule AllowedOrigin AllowedMethod AllowedHeader ExposeHeader Rule RoutingRule Tag Pass Remove Set'.split(
    ' ',
  ),
);

/** Blanks belong to a key and `0123` is no number, both unlike the parser's defaults. */
const parser = new XMLParser({
  trimValues: false,
  parseTagValue: false,
  ignoreAttributes: true,
  htmlEntities: true,
  isArray: name => REPEATED.has(name),
  processEntities: { enabled: true, maxTotalExpansions: 10_000_000, maxExpandedLength: 50_000_000 },
});

export function writeXml(root: Record<string, unknown>): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(root)}`;
}

/** https://www.w3.org/TR/xml/#charsets: what may stand in a document, raw or as `&#…;`. */
const FORBIDDEN = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const CHARACTER = /&#(?:x([0-9a-f]+)|(\d+));/gi;

function holdsForbidden(text: string): boolean {
  if (FORBIDDEN.test(text)) return true;
  return [...text.matchAll(CHARACTER)].some(([, hex, decimal]) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0x10ffff || FORBIDDEN.test(String.fromCodePoint(code));
  });
}

/** A document type could define entities that expand without end, and no client sends one. */
export function readXml(text: string): Record<string, unknown> {
  if (text.includes('<!DOCTYPE')) throw new OssError('MalformedXML');
  if (holdsForbidden(text)) {
    throw new OssError('MalformedXML', 'The XML holds a character that XML 1.0 forbids.');
  }
  try {
    return parser.parse(text, true) as Record<string, unknown>;
  } catch (cause) {
    throw new OssError('MalformedXML', cause instanceof Error ? cause.message : undefined);
  }
}

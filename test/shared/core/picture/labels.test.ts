import { describe, expect, it } from 'vitest';
import { labelsIn, xmpOf } from '../../../../shared/core/picture/labels.ts';

const label = '{"Label":"1","ContentProducer":"某公司 & <Co>"}';
const escaped = label.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const packet = (body: string) => Buffer.from(`<x:xmpmeta><rdf:RDF>${body}</rdf:RDF></x:xmpmeta>`);
const found = (xmp: Buffer) => labelsIn(Buffer.alloc(0), 'webp', { xmp })?.aigc;

describe('the AIGC label in XMP', () => {
  it.each([
    ['an attribute', `<rdf:Description TC260:AIGC='${escaped}'/>`],
    ['an element', `<TC260:AIGC>${escaped}</TC260:AIGC>`],
    ['an element with attributes', `<a:AIGC xml:lang="zh">${escaped}</a:AIGC>`],
    ['CDATA', `<TC260:AIGC><![CDATA[${label}]]></TC260:AIGC>`],
    [
      'the one item of a list',
      `<TC260:AIGC><rdf:Alt><rdf:li xml:lang="x-default">${escaped}</rdf:li></rdf:Alt></TC260:AIGC>`,
    ],
    [
      'numeric references',
      `<TC260:AIGC>${label
        .replaceAll('"', '&#34;')
        .replace(' & ', ' &#x26; ')
        .replace('<', '&#60;')}</TC260:AIGC>`,
    ],
  ])('is read as %s', (_, body) => {
    expect(found(packet(body))).toBe(label);
  });

  it('is read from what we write ourselves, unchanged', () => {
    expect(found(Buffer.from(xmpOf({ aigc: label }) ?? ''))).toBe(label);
  });

  it.each([
    ['open tags', '<AIGC '.repeat(200_000)],
    ['open tags with colons', '<a:AIGC '.repeat(200_000)],
    ['open attributes', " AIGC='".repeat(200_001)],
    ['whole tags that never close', '<AIGC>'.repeat(200_000)],
    ['CDATA that never ends', `<AIGC>${'<![CDATA['.repeat(200_000)}</AIGC>`],
    ['letters', `<${'a'.repeat(1_000_000)}`],
    ['references', `<AIGC>${'&#'.repeat(300_000)}</AIGC>`],
  ])('is not looked for again and again in a packet of %s', (_, body) => {
    // A search that starts anew at each of them takes minutes, and this test its time limit.
    const before = process.cpuUsage();
    found(packet(body));
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filled, isDrawable, textFrom } from '../../../../shared/core/watermark/mark-text.ts';

describe('what an uploader says by a header', () => {
  it.each([
    ['Anna', 'Anna'],
    ['%E5%BC%A0%E4%B8%89', '张三'],
    [Buffer.from('张三').toString('latin1'), '张三'],
    ['  Zoe%CC%88 ', 'Zoë'],
    ['%F0%9F%91%A8%E2%80%8D%F0%9F%91%A9', '👨‍👩'],
  ])('%j is %s', (header, text) => expect(textFrom(header)).toBe(text));

  it.each([
    ['nothing', ''],
    ['blanks', '%20%20'],
    ['a percent sign that encodes nothing', '100%'],
    ['bytes that are no UTF-8', '%FF%FE'],
    ['Latin-1', 'Zo\u00eb'],
    ['a line end', 'a%0Ab'],
    ['a null', 'a%00b'],
    ['a bidi override', '%E2%80%AEgnp.exe'],
    ['a bidi isolate', '%E2%81%A7a'],
    ['a private character', '%EE%80%80'],
    ['more than 64 characters', 'a'.repeat(65)],
  ])('%s cannot be drawn', (_, header) => expect(textFrom(header)).toBeNull());

  it('whatever it says, what is drawn has no controls, is NFC, and has 64 characters at most', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), said => {
        const text = textFrom(encodeURIComponent(said));
        if (text === null) return;
        expect(isDrawable(text)).toBe(true);
        expect(text).toBe(text.normalize('NFC'));
        expect([...text].length).toBeLessThanOrEqual(64);
      }),
    );
  });
});

describe('a text of the list', () => {
  it.each([
    ['@{user}', { user: 'Anna' }, { text: '@Anna' }],
    ['{user} © {studio}', { user: 'A', studio: 'B' }, { text: 'A © B' }],
    ['{user}', { user: '$&{user}' }, { text: '$&{user}' }],
    ['{user} {studio}', { user: 'A' }, { lacks: ['studio'] }],
    ['{user}', { user: null }, { lacks: ['user'] }],
    ['{constructor}', {}, { lacks: ['constructor'] }],
    ['plain', {}, { text: 'plain' }],
  ])('%s with %j is %j', (text, said, expected) => expect(filled(text, said)).toEqual(expected));
});

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { declaredFiles } from '../../../../shared/core/list/declared-file.ts';
import { publishedFrom, publishedSchema } from '../../../../shared/core/list/published.ts';
import { fingerprintOf, fingerprintOfList, recipeOf } from '../../../../shared/core/list/recipe.ts';
import { DEFAULT, SHAPES } from '../../../client/developed.ts';
import { listOf, SMALL } from '../../../support/preset-lists.ts';

const lists = { default: DEFAULT, SMALL, SHAPES };

describe.each(Object.entries(lists))('the published list of %s', (_, yaml) => {
  const list = listOf(yaml);
  const published = publishedFrom(list);

  it('keeps its schema, and survives JSON', () => {
    expect(publishedSchema.parse(JSON.parse(JSON.stringify(published)))).toEqual(published);
    expect(published.fingerprint).toBe(fingerprintOfList(list));
  });

  it('has each file that the list asks for, ascending', () => {
    const files = published.presets.flatMap(({ name, formats }) =>
      Object.entries(formats).flatMap(([format, all = []]) => {
        expect(all.map(({ width }) => width)).toEqual(
          all.map(one => one.width).sort((a, b) => a - b),
        );
        return all.map(one => `${name} ${format} ${one.width} ${one.fingerprint}`);
      }),
    );
    const asked = declaredFiles(list.presets, list).map(
      ({ preset, format, width, fingerprint }) => `${preset} ${format} ${width} ${fingerprint}`,
    );
    expect(files.sort()).toEqual(asked.sort());
  });

  it('has recipes that hash to the fingerprint of any width', () => {
    for (const { preset: name, format } of declaredFiles(list.presets, list)) {
      const preset = list.presets.find(one => one.name === name);
      const template = published.presets.find(one => one.name === name)?.recipes[format] ?? '';
      for (const width of [1, 337, 16_383]) {
        const text = template.replace('$', String(width));
        const hash = createHash('sha256').update(text).digest('hex').slice(0, 10);
        expect(preset && hash).toBe(
          preset && fingerprintOf(recipeOf(preset, width, format, list.metadata), list.epoch),
        );
      }
    }
  });
});

describe('the published list', () => {
  it('tells nothing of folders, limits or what an edit may cost', () => {
    const published = publishedFrom(listOf(SMALL));
    expect(Object.keys(published)).toEqual(['schema', 'fingerprint', 'clients', 'presets']);
    expect(JSON.stringify(published)).not.toContain('docs/**');
  });
});

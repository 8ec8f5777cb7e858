import { describe, expect, it } from 'vitest';
import { licenceProblems } from '../../scripts/check-licences.ts';

const locked = (...licences: (string | undefined)[]) => ({
  packages: Object.fromEntries(
    licences.map((license, index) => [`node_modules/p${index}`, { version: '1.0.0', license }]),
  ),
});

describe('the licences of what is installed', () => {
  it('are taken where they are on the list, together or to choose from', () => {
    const lock = locked('MIT', 'LGPL-3.0-or-later', '(MIT OR GPL-3.0)', 'Apache-2.0 AND MIT');
    expect(licenceProblems(lock)).toEqual([]);
  });

  it.each(['GPL-3.0', 'Apache-2.0 AND GPL-3.0', '(MIT AND (GPL-2.0 OR GPL-3.0))', undefined])(
    'are refused where somebody has to look: %s',
    license => {
      expect(licenceProblems(locked(license))).toEqual([
        `node_modules/p0 1.0.0: expected one of the licences 0BSD, Apache-2.0, BlueOak-1.0.0, BSD-2-Clause, BSD-3-Clause, ISC, MIT, LGPL-3.0, LGPL-3.0-or-later, received ${license ?? 'none'}`,
      ]);
    },
  );

  it('that were read by hand count for the version that was read', () => {
    const at = (version: string) => ({ packages: { 'node_modules/pause-stream': { version } } });
    expect(licenceProblems(at('0.0.11'))).toEqual([]);
    expect(licenceProblems(at('0.0.12'))).toHaveLength(1);
  });

  it('of what only builds and tests are not looked at', () => {
    const packages = { 'node_modules/p': { version: '1.0.0', license: 'GPL-3.0', dev: true } };
    expect(licenceProblems({ packages })).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { connect } from '../../cli/cloud/connection.ts';
import { usePlatform } from '../support/platform.ts';
import { smoke } from '../support/smoke.ts';

const isAsked = process.env.DARKROOM_SMOKE === '1';
const COUNT = 4;

describe('one photo goes the whole way and leaves nothing behind', () => {
  it('on the local platform', async () => {
    const { ready } = usePlatform();
    const connection = await connect({ data: ready.data });
    expect(await smoke(connection, ready.cdn)).toHaveLength(COUNT);
    for (const store of [connection.originals, connection.derivatives]) {
      for await (const entry of store.list('darkroom-smoke/')) expect(entry).toBeUndefined();
    }
  });
});

describe.skipIf(!isAsked)(
  `on the account that the environment names${isAsked ? '' : ' (left out: DARKROOM_SMOKE is not 1)'}`,
  () => {
    it('one photo goes the whole way and leaves nothing behind', async () => {
      const connection = await connect({});
      const cdn = connection.cdn?.domain;
      const done = await smoke(connection, cdn);
      expect(done).toHaveLength(cdn ? COUNT : COUNT - 1);
    });
  },
);

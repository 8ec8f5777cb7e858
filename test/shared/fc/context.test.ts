import { describe, expect, it } from 'vitest';
import { deadlineOf, giveUpAt, readContext } from '../../../shared/fc/context.ts';

const context = {
  requestId: '1-2-3',
  credentials: { accessKeyId: 'STS.a', accessKeySecret: 'b', securityToken: 'c' },
  function: { name: 'f', handler: 'index.handler', memory: 2048, timeout: 120 },
  logger: {},
};

describe('the context of an invocation', () => {
  it('is taken as FC hands it over', () => {
    expect(readContext(context)).toMatchObject({ requestId: '1-2-3' });
    expect(readContext({ ...context, retryCount: '2' }).retryCount).toBe(2);
  });

  it('says nothing of which attempt it is where FC does not', () => {
    expect(readContext(context).retryCount).toBeUndefined();
  });

  it('without a role’s credentials says what is missing, and no secret', () => {
    expect(() => readContext({ ...context, credentials: undefined })).toThrow(/credentials/);
    const half = { ...context, credentials: { accessKeyId: 7, accessKeySecret: 'hush' } };
    expect(() => readContext(half)).toThrow(expect.not.stringContaining('hush'));
  });

  it('leaves five seconds for the commit, and at least half of a short time for the work', () => {
    const start = new Date(0);
    expect(deadlineOf(readContext(context), start)).toEqual(new Date(115_000));
    const short = { ...context, function: { ...context.function, timeout: 4 } };
    expect(deadlineOf(readContext(short), start)).toEqual(new Date(2_000));
  });

  it('gives up what was started a moment before the function is killed', () => {
    const start = new Date(0);
    expect(giveUpAt(readContext(context), start)).toEqual(new Date(118_500));
    const short = { ...context, function: { ...context.function, timeout: 2 } };
    expect(giveUpAt(readContext(short), start)).toEqual(new Date(1_000));
  });
});

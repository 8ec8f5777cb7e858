import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measureAll } from '../../../cli/measure/sample.ts';
import {
  GETS_OF_AN_UPLOAD,
  serviceTimesFrom,
  takesOfSample,
} from '../../../cli/rehearse/service-times.ts';
import { newFolder } from '../../support/folders.ts';
import { starfishPhoto } from '../../support/originals.ts';
import { listOf, SMALL } from '../../support/preset-lists.ts';

const fileOf = (lines: unknown[]) => {
  const file = join(newFolder(), 'service.jsonl');
  const text = lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(file, text.join('\n'));
  return file;
};
const reconciled = (total: number, files = 28, outcome = 'developed') => ({
  level: 'info',
  event: 'reconciled',
  outcome,
  files,
  spent: { milliseconds: { total } },
});

const list = listOf(SMALL);
const pressed = listOf(`pressure: { after: 1m }\n${SMALL}`);

describe('measured service times', () => {
  it('of uploads under pressure are told apart, where the list has it', async () => {
    const file = fileOf([
      reconciled(1400, 30),
      { ...reconciled(300, 5), deferred: 25 },
      { ...reconciled(500, 7), deferred: 23 },
    ]);
    const { takes } = await serviceTimesFrom(file, pressed);
    expect(takes).toMatchObject({
      serviceSeconds: [1.4],
      puts: 31,
      pressure: { afterSeconds: 60, serviceSeconds: [0.3, 0.5], puts: 8 },
    });
    expect((await serviceTimesFrom(file, list)).takes).not.toHaveProperty('pressure');
    const calm = fileOf([reconciled(1400, 30)]);
    expect((await serviceTimesFrom(calm, pressed)).takes).not.toHaveProperty('pressure');
  });

  it('are those of developed uploads in a log; what else is in it is counted', async () => {
    const file = fileOf([
      'FC Invoke Start RequestId: 1',
      reconciled(600, 20),
      reconciled(5, 0, 'settled'),
      reconciled(1400, 30),
      '{"event":"reconciled","outcome":"devel',
    ]);
    const { takes, ...counts } = await serviceTimesFrom(file, list);
    expect(takes.serviceSeconds).toEqual([0.6, 1.4]);
    expect(takes).toMatchObject({ puts: 26, gets: 10, inTurn: 6 });
    expect(counts).toEqual({ uploads: 2, passedOver: 3 });
  });

  it('are those of the platform, whole invocations', async () => {
    const report = { outcome: 'developed', rendered: [{}, {}, {}] };
    const happening = { kind: 'succeeded', milliseconds: 900, result: { reports: [report] } };
    const { takes } = await serviceTimesFrom(fileOf([{ oss: {} }, happening]), list);
    expect(takes).toMatchObject({ serviceSeconds: [0.9], puts: 4 });
  });

  it('are those that an estimate expects to be billed', async () => {
    const one = { billedSeconds: 1.2, files: 5 };
    const { takes } = await serviceTimesFrom(fileOf([{ sample: { measured: [one] } }]), list);
    expect(takes.serviceSeconds).toEqual([1.2]);
  });

  it('are refused where no line has any', async () => {
    await expect(serviceTimesFrom(fileOf(['a', 'b']), list)).rejects.toThrow(
      /expected lines of uploads .*service\.jsonl \(--service\).*received 2 other lines/,
    );
    await expect(serviceTimesFrom('/nowhere', list)).rejects.toThrow(
      /--service.*there is no such file/,
    );
  });

  it('have as many requests in a log as an upload makes', async () => {
    const photo = { key: 'a.jpg', read: async () => readFileSync(starfishPhoto) };
    const { measured } = await measureAll([photo], { list: listOf(SMALL) }, () => undefined);
    const takes = takesOfSample(measured);
    expect(takes.gets).toBe(GETS_OF_AN_UPLOAD);
    expect(takes.puts).toBe(measured[0]!.files + 1);
  });
});

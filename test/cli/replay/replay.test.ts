import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { unpackedEvent } from '../../../shared/fc/replayed-event.ts';
import { apiOf } from '../../local/fc-api/api.ts';
import { kept, linesOf, until } from '../../local/function-host/bundles.ts';
import { newFolder } from '../../support/folders.ts';
import { credentials, localOss } from '../../support/local-oss.ts';
import { darkroom, programOf } from '../../support/processes.ts';

/** Fails until a file is there, and then notes what it was given. */
const untilMended = (folder: string) => `
  import { appendFileSync, existsSync } from 'node:fs';
  export async function handler(event) {
    if (!existsSync(${JSON.stringify(join(folder, 'mended'))})) throw new Error('not mended yet');
    appendFileSync(${JSON.stringify(join(folder, 'seen'))}, event + '\\n');
  }`;

/** A folder as a running platform has it, over a host with FC's API and an OSS server; three events were given up in it. */
async function brokenPlatform() {
  const folder = newFolder();
  const oss = await localOss(['originals', 'derivatives', 'config']);
  onTestFinished(() => oss.close());
  const source = untilMended(folder);
  const { set, host, endpoint } = await apiOf(
    {
      plain: { source, maxAsyncRetryAttempts: 0 },
      tasks: { source, maxAsyncRetryAttempts: 0, asyncTask: true },
    },
    { credentials: [credentials] },
  );
  const { dataDir } = set;
  const place = {
    oss: { endpoint: oss.endpoint, region: oss.connection.region },
    buckets: { originals: 'originals', derivatives: 'derivatives', config: 'config' },
    fc: { endpoint, accountId: '1234567890123456', region: 'cn-hangzhou' },
    cdn: 'http://127.0.0.1:9',
    cdnApi: 'http://127.0.0.1:9',
  };
  writeFileSync(join(dataDir, 'platform.json'), JSON.stringify(place));
  writeFileSync(join(dataDir, 'credentials.json'), JSON.stringify(credentials));
  await host.invokeAsync('plain', Buffer.from('{"key":"夏 天.jpg"}'));
  await host.invokeAsync('plain', Buffer.from('{"key":"b"}'));
  await host.invokeAsync('tasks', Buffer.from('{"key":"c"}'));
  await host.idle();
  return {
    dataDir,
    host,
    folder,
    mend: () => writeFileSync(join(folder, 'mended'), ''),
    seen: async (count: number) => {
      await until(async () => (await linesOf(join(folder, 'seen'))).length >= count);
      await host.idle();
      return (await linesOf(join(folder, 'seen'))).sort();
    },
    replay: (...words: string[]) => darkroom('replay', '--data', dataDir, ...words),
  };
}

const summary = (stdout: string) => JSON.parse(stdout.trim().split('\n').at(-1) ?? '');

describe('darkroom replay', () => {
  it('hands each event that was given up to its function once more, and puts its message away', async () => {
    const { dataDir, mend, seen, replay } = await brokenPlatform();
    mend();
    const rehearsed = await replay('--dry-run');
    expect(rehearsed).toMatchObject({ code: 0, stderr: '' });
    expect(rehearsed.stdout).toMatch(
      /^3 would be replayed\.\n {2}2 {2}test-plain {2}Error: not mended yet\n/,
    );
    expect(await kept(dataDir, 'test-plain', 'failure')).toHaveLength(2);
    const first = await replay('--limit', '1', '--json');
    expect(summary(first.stdout)).toEqual({ replayed: 1, before: 0, older: 0, failed: 0 });
    expect((await replay()).stdout).toMatch(/^2 replayed\.\n/);
    // In whatever order: each says since when it is handed over again.
    const events = (await seen(3)).map(line => unpackedEvent(Buffer.from(line)).event.toString());
    expect(events.sort()).toEqual(['{"key":"b"}', '{"key":"c"}', '{"key":"夏 天.jpg"}']);
    expect(await kept(dataDir, 'test-plain', 'failure')).toEqual([]);
    expect(readdirSync(join(dataDir, 'destinations/test-plain/replayed'))).toHaveLength(2);
    expect((await replay()).stdout).toBe('0 replayed.\n');
  });

  it('takes messages from a file, one a line, and the same message never twice', async () => {
    const { dataDir, folder, mend, seen, replay } = await brokenPlatform();
    mend();
    const messages = [
      ...(await kept(dataDir, 'test-plain', 'failure')),
      ...(await kept(dataDir, 'test-tasks', 'failure')),
    ].map(message => JSON.stringify(message));
    const file = join(folder, 'messages.jsonl');
    const base64 = Buffer.from(messages[0] ?? '').toString('base64');
    writeFileSync(file, `${[...messages, '', base64, 'nonsense'].join('\n')}\n`);
    const { code, stdout } = await replay(file);
    expect(code).toBe(1);
    expect(stdout).toContain(
      `✗ ${file}:6: expected a message of Function Compute’s failure destination`,
    );
    expect(stdout).toContain('3 replayed, 1 had been before, 1 could not be replayed.');
    expect((await replay()).stdout).toBe('0 replayed, 3 had been before.\n');
    expect(await seen(3)).toHaveLength(3);
  });

  it('passes over what is older than --since, and leaves it where it is', async () => {
    const { dataDir, replay } = await brokenPlatform();
    const { stdout } = await replay('--since', new Date(Date.now() + 60_000).toISOString());
    expect(stdout).toBe('0 replayed, 3 are older than --since.\n');
    expect(await kept(dataDir, 'test-plain', 'failure')).toHaveLength(2);
  });

  it('keeps the message of a function that is gone, says so, and goes on', async () => {
    const { folder, dataDir, mend, replay } = await brokenPlatform();
    mend();
    const [message] = await kept(dataDir, 'test-tasks', 'failure');
    const own = join(folder, 'own');
    mkdirSync(own);
    writeFileSync(join(own, 'b.json'), JSON.stringify(message));
    message.requestContext.functionArn = 'acs:fc:cn-hangzhou:1:functions/former';
    writeFileSync(join(own, 'a.json'), JSON.stringify(message));
    const { code, stdout } = await replay(own);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ .+\/own\/a\.json: .+ Function Compute refused \(FunctionNotFound/m);
    expect(stdout).toContain('1 replayed, 1 could not be replayed.');
    expect(readdirSync(own).sort()).toEqual(['a.json', 'replayed']);
  });

  it('interrupted by Ctrl-C, ends after the message under way, and the same command goes on', async () => {
    const { dataDir, host, mend, seen, replay } = await brokenPlatform();
    for (let number = 0; number < 40; number += 1) {
      await host.invokeAsync('plain', Buffer.from(`{"key":${number}}`));
    }
    await host.idle();
    mend();
    const child = spawn(
      process.execPath,
      [...programOf('command'), 'replay', '--data', dataDir, '--json'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = once(child, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      if (lines.push(line) === 1) child.kill('SIGINT');
    }
    const { replayed, isInterrupted } = summary(lines.join('\n'));
    expect([isInterrupted, (await ended)[0]]).toEqual([true, 130]);
    expect(replayed).toBe(lines.length - 1);
    expect(replayed).toBeLessThan(43);
    expect(summary((await replay('--json')).stdout)).toMatchObject({
      replayed: 43 - replayed,
      before: 0,
    });
    expect(new Set(await seen(43)).size).toBe(43);
    expect(await seen(43)).toHaveLength(43);
  });

  it('of a source that is not there is one sentence', async () => {
    const { replay } = await brokenPlatform();
    const { code, stderr } = await replay('nowhere.jsonl');
    expect(code).toBe(1);
    expect(stderr).toBe(
      'darkroom: expected failure messages at nowhere.jsonl, there is no such file\n',
    );
  });
});

import { readFileSync } from 'node:fs';
import { codec } from './codec.ts';
import { listOf } from './preset-lists.ts';

/** Reads one file's header in a process of its own, and says what that took: seconds of CPU, whoever else is at work. */
const [path = ''] = process.argv.slice(2);
const list = listOf(`version: 1
rules: [{ match: '**', presets: [p] }]
presets: [{ name: p, widths: [64], formats: { jpeg: {} } }]`);
const megabytes = (field: string) =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) /
  1024;

const file = readFileSync(path);
const before = megabytes('VmRSS');
const started = process.cpuUsage();
const outcome = await codec.inspect(file, list).then(
  () => 'accepted',
  ({ code }) => String(code),
);
const { user, system } = process.cpuUsage(started);
const seconds = (user + system) / 1e6;
process.stdout.write(JSON.stringify({ outcome, seconds, megabytes: megabytes('VmHWM') - before }));

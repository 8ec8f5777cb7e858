import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { Failure } from '../../shared/core/failure.ts';

/**
 * npm keeps options for itself where no `--` stands before them, and runs the rest: `npm run darkroom takedown KEY
 * --dry-run` would take down. What it kept it leaves in the environment of what it runs.
 */

type Environment = Record<string, string | undefined>;

export function refuseKeptByNpm(command: Command, words: string[], env: Environment): void {
  if (!runsUs(env)) return;
  const written = settingsOf(env);
  const isGiven = ({ long }: Option) => words.some(word => word.split('=')[0] === long);
  const kept = command.options.filter(option => {
    const setting = keptAs(option, env);
    return setting !== undefined && !isGiven(option) && !written.has(setting);
  });
  const [first] = kept;
  if (!first) return;
  const names = kept.map(({ long }) => long).join(' and ');
  throw new Failure(
    'SETTINGS_INVALID',
    `expected options that npm passes on, it kept ${names} for itself, and nothing was done. Type: ${lineFor(words, kept, env)} (or unset ${variableOf(keptAs(first, env) ?? '')}, if that is not from this line)`,
  );
}

/** Of this package's own scripts, or as `npx darkroom`: what npm kept of another script was not meant for us. */
function runsUs(env: Environment): boolean {
  const { npm_lifecycle_event: event = '', npm_lifecycle_script: script = '' } = env;
  if (event === 'npx') return /^['"]?darkroom\b/.test(script);
  return env.npm_package_name === 'darkroom' && SCRIPTS.includes(event);
}

const SCRIPTS = ['start', 'darkroom', 'presets', 'invoke'];

/**
 * Which are npm's own, whatever was typed: `prefix` is always there, and below another one npm finds no script to run;
 * `yes` is of npx, and a command that has not got it asks.
 */
const OF_NPM = ['prefix', 'yes'];

/** What npm 11 takes them for: the beginning of an option of its own, and four short ones (-p -a -s -s). */
const TAKEN_FOR: Record<string, string> = { by: 'bypass-2fa', pass: 'parseable' };

function nameOf(option: Option): string {
  return (option.long ?? '').replace(/^--(no-)?/, '');
}

function variableOf(setting: string): string {
  return `npm_config_${setting.replaceAll('-', '_')}`;
}

/** The setting that npm made of it; npm writes false as nothing. */
function keptAs(option: Option, env: Environment): string | undefined {
  const name = nameOf(option);
  if (OF_NPM.includes(name)) return undefined;
  return [name, TAKEN_FOR[name] ?? name].find(setting => {
    const value = env[variableOf(setting)];
    return option.negate ? value === '' : value !== undefined && value !== '';
  });
}

/** Of the files of settings that npm read: who wrote one there did not type it here. */
function settingsOf(env: Environment): Set<string> {
  const { npm_config_userconfig, npm_config_globalconfig, npm_config_local_prefix } = env;
  const project = npm_config_local_prefix && join(npm_config_local_prefix, '.npmrc');
  const files = [npm_config_userconfig, npm_config_globalconfig, project];
  const texts = files.flatMap(file =>
    file && existsSync(file) ? [readFileSync(file, 'utf8')] : [],
  );
  const lines = texts.flatMap(text => text.split('\n'));
  return new Set(lines.map(line => /^\s*([\w-]+)\s*(=|$)/.exec(line)?.[1] ?? ''));
}

/** Where npm cut an option from its value, that is among the words: only who typed them knows which it is. */
function lineFor(words: string[], kept: Option[], env: Environment): string {
  const given = (option: Option) => env[variableOf(keptAs(option, env) ?? '')] ?? '';
  const isCut = (option: Option) => option.required && given(option) === 'true';
  const options = kept.map(option => {
    if (!option.required) return option.long;
    return isCut(option) ? option.flags : `${option.long}=${quoted(given(option))}`;
  });
  const depth = words[0] === 'presets' ? 2 : 1;
  const rest = kept.some(isCut) ? [...words.slice(0, depth), '…'] : words.map(quoted);
  return ['npx darkroom', ...rest, ...options].join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

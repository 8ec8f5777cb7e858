import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { glyphsOf } from '../../shared/adapters/fontkit/glyphs.ts';
import { markInspection } from '../../shared/adapters/sharp/mark-files.ts';
import { presetsOrThrow } from '../../shared/adapters/yaml/preset-file.ts';
import { Failure } from '../../shared/core/failure.ts';
import {
  type Approval,
  approvalKey,
  IN_FORCE_KEY,
  inForceSchema,
} from '../../shared/core/work/in-force.ts';
import { fingerprintOfList } from '../../shared/core/list/recipe.ts';
import { tooLarge } from '../../shared/core/watermark/accepted.ts';
import { inspected, withMarks } from '../../shared/pipeline/marks/accept-marks.ts';
import { type SavedPlan, savedPlanSchema } from '../../shared/core/work/saved-plan.ts';
import type { NamedList } from '../../shared/ports.ts';
import { readRecord, writeRecord } from '../../shared/pipeline/records.ts';
import {
  type Connection,
  type ConnectionOptions,
  connect,
  withConnection,
} from '../cloud/connection.ts';
import { grouped } from '../terminal/figures.ts';
import { sayText } from '../terminal/printer.ts';
import { awaitEdit } from './await-edit.ts';
import { whyUnread } from '../terminal/unread.ts';

export function presetsApplyCommand(): Command {
  const command = new Command('apply')
    .description(
      'Put a planned list in force and roll it out; refused if the list in force has moved since the plan.',
    )
    .argument('<plan>', 'what `presets plan --out` saved')
    .option('--wait', 'end when all is made that it makes');
  return withConnection(command).action(apply);
}

interface ApplyOptions extends ConnectionOptions {
  wait?: true;
}

async function apply(file: string, options: ApplyOptions): Promise<void> {
  const plan = await readPlan(file);
  const connection = await connect(options);
  const { etag } = await putPlanned(plan, file, connection);
  const hint = options.wait ? '' : ' npx darkroom status --watch shows how it goes.';
  sayText(
    `Written to ${connection.where}: ${grouped(plan.originals)} originals, up to ${grouped(plan.files)} files.${hint}`,
  );
  if (!options.wait) return;
  const { config, presetsKey: key } = connection;
  await awaitEdit({ fingerprint: plan.to, etag, key }, config);
}

/** Writes the planned list, which wakes its rollout. Throws SETTINGS_INVALID where what it was planned from has moved. */
export async function putPlanned(
  plan: SavedPlan,
  file: string,
  connection: Connection,
): Promise<{ etag: string }> {
  if (plan.prefix !== '') {
    throw new Failure(
      'SETTINGS_INVALID',
      `expected a plan of all originals, ${file} counted those below ${plan.prefix} alone: plan without --prefix`,
    );
  }
  const { config, presetsKey } = connection;
  const inForce = await readRecord(config, IN_FORCE_KEY, inForceSchema);
  refuseMoved(plan, inForce?.fingerprint ?? null, file);
  const { fingerprint } = await listThere(plan.list, file, connection);
  if (fingerprint !== plan.to) {
    throw new Failure(
      'SETTINGS_INVALID',
      `expected the list in ${file} to be ${plan.to}, with what it draws with in the config bucket it is ${fingerprint}: put the planned files there, or plan it again`,
    );
  }
  // What makes the same files needs no approval, and nobody would take it away.
  if (plan.from !== null && plan.from !== plan.to)
    await writeRecord(config, approvalKey(plan.to), approvalFrom(plan, plan.from));
  const attributes = { contentType: 'application/yaml', cacheControl: 'no-cache' };
  const { etag } = await config.put(presetsKey, Buffer.from(plan.list), attributes);
  return { etag };
}

/** A list as it would be in force: with the images and fonts that the config bucket has, since those are what it will draw with. */
export async function listThere(
  text: string,
  file: string,
  { config }: Pick<Connection, 'config'>,
): Promise<NamedList> {
  const inspect = markInspection(glyphsOf);
  const { list } = presetsOrThrow(text, file);
  const marked = await withMarks(list, async mark => {
    const object = await config.head(mark.path);
    const large = object && tooLarge(mark.kind, object.bytes);
    if (large) throw new Failure('PRESETS_INVALID', large);
    return await inspected(mark, (await config.get(mark.path))?.bytes, inspect);
  });
  if ('list' in marked) {
    return { list: marked.list, fingerprint: fingerprintOfList(marked.list) };
  }
  const problems = marked.problems.map(({ message }) => `in the config bucket: ${message}`);
  throw new Failure('SETTINGS_INVALID', problems.join('\n'));
}

async function readPlan(file: string): Promise<SavedPlan> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Failure('SETTINGS_INVALID', `expected a plan at ${file}, ${whyUnread(cause)}`, {
      cause,
    });
  });
  try {
    return savedPlanSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Failure(
      'SETTINGS_INVALID',
      `expected a plan that \`presets plan --out\` saved at ${file}, received something else`,
      { cause },
    );
  }
}

function refuseMoved({ from, to }: SavedPlan, inForce: string | null, file: string): void {
  if (from === inForce) return;
  const now = inForce === to ? 'the planned list is in force already' : `${inForce ?? 'none'} is`;
  throw new Failure(
    'SETTINGS_INVALID',
    `expected the list ${from ?? 'none'} in force, as when ${file} was planned; ${now}: plan the edit again`,
  );
}

function approvalFrom({ to, originals, files }: SavedPlan, from: string): Approval {
  return { schema: 1, from, to, originals, files, approvedAt: new Date().toISOString() };
}

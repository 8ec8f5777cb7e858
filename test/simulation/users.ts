import { randomOf } from './random.ts';
import { thingOf } from './bucket.ts';
import { contentOf } from './codec.ts';
import type { Operation, Tick } from './history.ts';
import { textOf } from './lists.ts';
import { commands } from './commands.ts';
import { BUCKET, PRESETS_KEY } from './wiring.ts';
import type { World } from './world.ts';

/** Carries out what people do. Their own requests succeed; what the world makes of them does not always. */
export function carryOut(operation: Operation, world: World): void {
  const { stage, buckets, command, history, judge } = world;
  const { id } = operation;
  stage.onStage = undefined;
  stage.tell(id, JSON.stringify({ ...operation, id: undefined, at: undefined }));
  if (operation.act === 'delete' || operation.act === 'takedown') judge.mayGo(operation.key);
  // Such a list asks for nothing of some keys any more.
  if (operation.act === 'edit' && operation.list.endsWith('unasked'))
    history.keys.forEach(judge.mayGo);
  switch (operation.act) {
    case 'put': {
      const thing = thingOf(contentOf(operation.content), stage.line.now);
      buckets.originals.put(operation.key, thing, undefined);
      announce(id, operation.key, 'ObjectCreated:PutObject', world);
      return;
    }
    case 'delete':
      if (!buckets.originals.objects.has(operation.key)) return;
      buckets.originals.remove(operation.key, undefined);
      announce(id, operation.key, 'ObjectRemoved:DeleteObject', world);
      return;
    case 'copy': {
      const thing = buckets.originals.objects.get(operation.key);
      if (!thing) return;
      const etag = thing.etag.endsWith('-2') ? thing.etag.slice(0, -2) : `${thing.etag}-2`;
      const { crc64, focus, ...rest } = thing;
      const { says = focus } = operation;
      const said = says ? { focus: says } : {};
      const copy = { ...rest, ...said, etag, modifiedAt: stage.line.now };
      const kept = operation.keepsCrc && crc64 !== undefined ? { ...copy, crc64 } : copy;
      buckets.originals.put(operation.key, kept, undefined);
      announce(id, operation.key, 'ObjectCreated:CopyObject', world);
      return;
    }
    case 'edit': {
      const thing = thingOf(Buffer.from(textOf(operation.list, history)), stage.line.now);
      buckets.config.put(PRESETS_KEY, thing, undefined);
      if (!isLost(id, world)) tick('tend', id, world);
      return;
    }
    case 'takedown':
      command(`${id} takedown`, [operation.key], env => commands.takedown(operation.key, env));
      return;
    case 'undo':
      command(`${id} undo`, [operation.key], env => commands.undo(operation.key, env));
      return;
    case 'miss':
      ask(id, operation.key, operation.which, world);
      return;
    case 'auto':
      ask(id, operation.key, -1, world);
      return;
    case 'backfill':
      command(`${id} backfill`, [], env => commands.backfill(operation.mode, env));
      return;
    case 'verify':
      command(`${id} verify`, history.keys, env => commands.verify(operation.deletesOrphans, env));
      return;
    case 'spoil':
      if (!buckets.config.objects.has(operation.record)) return;
      buckets.config.put(
        operation.record,
        thingOf(Buffer.from('<oops>'), stage.line.now),
        undefined,
      );
      return;
    case 'tick':
      tick(operation.what, id, world);
      return;
    case 'replay':
      replayAll(id, world);
  }
}

/** OSS tells of it, or not. */
function announce(id: string, key: string, eventName: string, world: World): void {
  if (isLost(id, world)) return;
  const eventTime = new Date(world.stage.line.now).toISOString();
  const object = { key, size: world.buckets.originals.objects.get(key)?.bytes.length ?? 0 };
  const oss = { bucket: { name: BUCKET }, object };
  const event = { events: [{ eventName, eventSource: 'acs:oss', eventTime, oss }] };
  world.cloud.send('on-object-changed', id, Buffer.from(JSON.stringify(event)));
}

function isLost(id: string, { stage, faults }: World): boolean {
  const luck = randomOf(stage.seed, `${id} lost`).next();
  return luck < faults.weather.lost && faults.hits(`${id}-`, 'lost');
}

export function tick(what: Tick, id: string, { cloud }: World): void {
  const to = what === 'tend' ? 'on-presets-edited' : 'sweep';
  cloud.send(to, id, Buffer.from(JSON.stringify({ kind: `darkroom.${what}` })));
}

/** Of the names that clients were given of this original, one that the bucket has not, if there is one. */
function ask(id: string, key: string, which: number, world: World): void {
  const { judge, buckets, cloud } = world;
  const known = [...judge.urls].filter(url => url.startsWith(`${key}/`));
  const missing = known.filter(url => !buckets.derivatives.objects.has(url));
  const url = which < 0 ? `auto/a/${key}` : missing[which % Math.max(1, missing.length)];
  if (url === undefined) return;
  const actor = { keys: new Set([key]) };
  const leave = judge.enters(actor);
  void cloud.ask('on-cdn-miss', id, Buffer.from(url)).then(leave);
}

export function replayAll(id: string, { cloud, command }: World): void {
  const given = cloud.failures.splice(0);
  given.forEach((lost, index) => {
    command(`${id} replay ${index}`, lost.keys, async env => {
      // The message stays where it is until it was handed over.
      cloud.failures.push(lost);
      await commands.replay(lost, env);
      cloud.failures.splice(cloud.failures.indexOf(lost), 1);
    });
  });
}

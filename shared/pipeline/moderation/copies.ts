import { isCurrent, type SeenOriginal } from '../../core/set/seen.ts';
import { idOfStored, noteSameBytes } from '../bytes-id.ts';
import type { Darkroom } from '../darkroom.ts';
import { type Standing, standingOn, withheld, withheldBy } from './standing.ts';

/** How a key stands whose bytes are in hand: those of a copy are known by now, as they are stored. */
export async function standingOnStored(
  standing: Standing | undefined,
  seen: SeenOriginal,
  stored: Buffer,
  { config }: Pick<Darkroom, 'config'>,
): Promise<Standing | undefined> {
  if (!standing || !config) return undefined;
  const id = idOfStored(seen.original, stored);
  if (id === standing.id) return standing;
  const state = isCurrent(seen) ? seen.manifest?.state : undefined;
  return await standingOn(id, { seen, rule: standing.rule, state }, config);
}

/** The same for a run: the next one finds it without reading. Throws PICTURE_WITHHELD where it is not to be published. */
export async function standingOnRead(
  standing: Standing | undefined,
  seen: SeenOriginal,
  stored: Buffer,
  darkroom: Pick<Darkroom, 'config'>,
): Promise<Standing | undefined> {
  const { config } = darkroom;
  const found = await standingOnStored(standing, seen, stored, darkroom);
  if (!found || !config || found.id === standing?.id) return found;
  await noteSameBytes(seen.original, found.id, config);
  const state = withheldBy(found);
  if (state) throw withheld(seen.key, state);
  return found;
}

import { sha256Of } from '../../core/list/fingerprint.ts';
import { Failure } from '../../core/failure.ts';
import type { PresetList } from '../../core/list/preset-list.ts';
import { moderateFor } from '../../core/list/rules.ts';
import type { Moderate } from '../../core/moderation/moderate.ts';
import {
  type Decision,
  decisionOf,
  type Review,
  reviewKey,
  reviewSchema,
  type Verdict,
  verdictKey,
  verdictSchema,
} from '../../core/moderation/verdict.ts';
import type { Manifest, OriginalObject } from '../../core/set/manifest.ts';
import { isCurrent, isPublished, type SeenOriginal } from '../../core/set/seen.ts';
import type { ObjectStore } from '../../ports.ts';
import { idOf } from '../bytes-id.ts';
import type { Darkroom } from '../darkroom.ts';
import { findRecord } from '../records.ts';

/** How a key stands to moderation: what was found of its bytes, and what its rule says of that. */
export interface Standing {
  /** Undefined where the list asks for no verdict any more. */
  rule: Moderate | undefined;
  id: string;
  /** Undefined where there is none. */
  decision: Decision | undefined;
  verdict: Verdict | undefined;
  review: Review | undefined;
  /** People may know it: it stays, unless somebody asks for a verdict all the same. */
  isPublished: boolean;
}

/**
 * Undefined where the key's rule asks for no verdict and nothing of the key is withheld, which costs nothing; else two
 * small requests.
 */
export async function standingOf(
  seen: SeenOriginal,
  { config }: Pick<Darkroom, 'config'>,
): Promise<Standing | undefined> {
  const { key, original, list, manifest } = seen;
  const rule = ruleOf(original, key, list);
  const state = isCurrent(seen) ? manifest?.state : undefined;
  if (!config || (!rule && !state)) return undefined;
  return await standingOn(await idOf(original, config), { seen, rule, state }, config);
}

interface About {
  seen: SeenOriginal;
  rule: Moderate | undefined;
  state: Manifest['state'];
}

export async function standingOn(
  id: string,
  { seen, rule, state }: About,
  config: ObjectStore,
): Promise<Standing> {
  const { verdict, review } = await judgedOfBytes(id, config);
  // What a person said cannot be read: a person says it again, and nothing is published on a guess.
  if (review === 'unreadable') throw unreadableReview(id);
  const found = verdict === 'unreadable' ? undefined : verdict;
  const decision = rule ? decisionOf(found, review, rule) : decisionWithoutRule(review, state);
  return { rule, id, review, verdict: found, decision, isPublished: isPublished(seen) };
}

/** A symlink shows its target's picture: where its own rule asks for no verdict, that of its target may. */
export function ruleOf(
  { link }: Pick<OriginalObject, 'link'>,
  key: string,
  list: PresetList,
): Moderate | undefined {
  return moderateFor(key, list) ?? (link && moderateFor(link.target, list));
}

/** All that is kept of an original's bytes, for people. */
export interface Judged {
  verdict: Verdict | 'unreadable' | undefined;
  review: Review | 'unreadable' | undefined;
}

/** Undefined where nothing is kept, or nobody may have asked for it. */
export async function judgedOf(
  {
    key,
    original,
    withheld: state,
    list,
  }: Pick<SeenOriginal, 'key' | 'list'> & {
    original: SeenOriginal['original'] | undefined;
    withheld: Manifest['state'];
  },
  config: ObjectStore,
): Promise<Judged | undefined> {
  if (!original || (!ruleOf(original, key, list) && !state)) return undefined;
  const judged = await judgedOfBytes(await idOf(original, config), config);
  return judged.verdict || judged.review ? judged : undefined;
}

async function judgedOfBytes(id: string, config: ObjectStore): Promise<Judged> {
  const [verdict, review] = await Promise.all([
    findRecord(config, verdictKey(id), verdictSchema),
    findRecord(config, reviewKey(id), reviewSchema),
  ]);
  return { verdict, review };
}

/** That a rule goes publishes nothing that was withheld by it: a person does. */
function decisionWithoutRule(
  review: Review | undefined,
  state: Manifest['state'],
): Decision | undefined {
  const act = review?.acts.at(-1)?.act;
  if (act) return act;
  return state === 'blocked' ? 'block' : 'review';
}

export function unreadableReview(id: string): Failure {
  const message = `expected the record of a review at ${reviewKey(id)} in the config bucket, received something else: say again what holds, by darkroom review`;
  return new Failure('UNEXPECTED', message);
}

/** What is not published by what was said of it; undefined where it is, or is to be judged. */
export function withheldBy(standing: Standing | undefined): Manifest['state'] {
  if (standing?.decision === 'block') return 'blocked';
  return standing?.decision === 'review' ? 'held' : undefined;
}

/** Whether a verdict is to be asked for: none is there, and what is published already stays unless somebody asks. */
export function isDue(
  standing: Standing | undefined,
  { judgesPublished }: Pick<Darkroom, 'judgesPublished'>,
): boolean {
  if (!standing?.rule || standing.decision !== undefined) return false;
  return judgesPublished === true || !standing.isPublished;
}

/**
 * For a view of a file that is not there: whether it may be made now. What has no verdict yet is not made where people are
 * to see it after that only.
 */
export function isServable(standing: Standing | undefined): boolean {
  if (!standing) return true;
  const { decision, rule } = standing;
  if (decision !== undefined) return decision === 'pass';
  return standing.isPublished || rule?.publish === 'before_verdict';
}

/** Whether what decides is of these bytes: a person's word where there is one, whatever was judged beside it. */
export function isAbout(sha256: string, { verdict, review }: Standing): boolean {
  return (review?.acts.at(-1) ?? verdict)?.sha256 === sha256;
}

/**
 * For a view, which asks nobody for a verdict. Throws PICTURE_WITHHELD where that which passed was of other bytes, and where
 * the bytes of a copy, now that they are known, may not be served.
 */
export function refuseUnpassed(standing: Standing | undefined, file: Buffer): void {
  if (!isServable(standing)) throw withheld('a copy of what was judged', 'held');
  if (standing?.decision === 'pass' && !isAbout(sha256Of(file), standing)) {
    throw withheld('a picture of the same CRC-64 as one that was judged', 'held');
  }
}

export function withheld(key: string, state: 'blocked' | 'held', facts: { isBudget?: true } = {}) {
  return new Failure('PICTURE_WITHHELD', `${key} is ${state}`, { state, ...facts });
}

import * as z from 'zod';
import { recordedList } from '../list/preset-list.ts';

/**
 * The objects of the config bucket that a preset list goes through: people write `presets.yaml`; only what was
 * found good and affordable becomes the list in force, which is all that uploads ever read.
 */

export const IN_FORCE_KEY = 'presets.in-force.json';
/** The same once more: what takes its place where it cannot be read and what people wrote is a bad one. */
export const LAST_GOOD_KEY = 'presets.last-good.json';
export const REJECTED_KEY = 'presets.rejected.json';
export const PENDING_KEY = 'presets.pending.json';

export const inForceSchema = z.strictObject({
  schema: z.literal(1),
  fingerprint: z.string().describe('of the list, as manifests name it'),
  etag: z.string().describe('of the presets.yaml it was read from'),
  promotedAt: z.iso.datetime(),
  list: recordedList,
});
export type InForce = z.infer<typeof inForceSchema>;

export const rejectedSchema = z.strictObject({
  schema: z.literal(1),
  etag: z.string().describe('of the presets.yaml that was refused'),
  rejectedAt: z.iso.datetime(),
  problems: z.array(z.string()).min(1).describe('each with file:line:column'),
});
export type Rejected = z.infer<typeof rejectedSchema>;

/** A good list that is not in force yet: what it touches is being counted, or it is too much to begin unasked. */
export const pendingSchema = z.strictObject({
  schema: z.literal(1),
  phase: z.enum(['counting', 'waiting']),
  reason: z.string().optional().describe('why it waits'),
  fingerprint: z.string(),
  etag: z.string(),
  list: recordedList,
  counted: z.strictObject({
    cursor: z.string().optional(),
    originals: z.int(),
    files: z.int(),
    usd: z.number(),
  }),
  since: z.iso.datetime(),
});
export type Pending = z.infer<typeof pendingSchema>;

/** What `presets apply` leaves: this edit may begin, whatever it touches, while that list is in force. */
export const approvalSchema = z.strictObject({
  schema: z.literal(1),
  from: z.string().describe('fingerprint of the list in force when it was planned'),
  to: z.string(),
  originals: z.int(),
  files: z.int(),
  approvedAt: z.iso.datetime(),
});
export type Approval = z.infer<typeof approvalSchema>;

export function approvalKey(to: string): string {
  return `approvals/${to}.json`;
}

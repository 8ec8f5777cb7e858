import { parse, stringify } from 'yaml';
import * as z from 'zod';

/** By what the local service says: all red is blocked, all blue waits for a person. */
const MODERATE = { block: ['* >= high'], review: ['* >= medium'] };

const listSchema = z.looseObject({ rules: z.array(z.looseObject({})) });

/** A preset list that is in order, with moderation in each rule that says nothing of it. */
export function moderatedList(text: string): string {
  const { rules, ...list } = listSchema.parse(parse(text, { merge: true }));
  return stringify({ ...list, rules: rules.map(rule => ({ moderate: MODERATE, ...rule })) });
}

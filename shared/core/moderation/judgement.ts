import * as z from 'zod';

export const risks = ['none', 'low', 'medium', 'high'] as const;
export type Risk = (typeof risks)[number];

export const labelSchema = z.strictObject({
  label: z.string().max(200),
  confidence: z.number().min(0).max(100).optional(),
  risk: z.enum(risks),
});
export type Label = z.infer<typeof labelSchema>;

/** What the service answers, before any rule is asked. */
export interface Judgement {
  labels: Label[];
  /** Of the service, to look it up there. */
  requestId: string;
}

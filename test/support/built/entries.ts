/** What tests start again and again: one bundle of each, instead of some hundred files read by tsx each time. */
export const entries = {
  command: 'cli/index.ts',
  'aborting-run': 'test/support/aborting-run.ts',
  'fontless-run': 'test/support/fontless-run.ts',
  'inspecting-run': 'test/support/inspecting-run.ts',
};

export type Entry = keyof typeof entries;

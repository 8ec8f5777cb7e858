/** Names of buckets and log projects are one for all accounts, so none of the defaults in s.yaml can be anybody's. */
const NAMES = [
  'DARKROOM_ACCOUNT_ID',
  'DARKROOM_ORIGINALS_BUCKET',
  'DARKROOM_DERIVATIVES_BUCKET',
  'DARKROOM_CONFIG_BUCKET',
  'DARKROOM_LOG_PROJECT',
];

/** One sentence for each setting that somebody has to say before anything is made in an account; none where all are said. */
export function unsaid(env: Record<string, string>, more: string[] = []): string[] {
  const missing = [...NAMES, ...more].filter(name => !env[name]);
  const lines = missing.map(name => `${name}: expected a value of your own, received nothing`);
  return lines.length === 0 ? [] : [...lines, 'What each is: docs/deploy.md.'];
}

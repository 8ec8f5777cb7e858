/** Two of each command, which its help ends with; a test reads them by the commands themselves. */
export const EXAMPLES: Record<string, [string, string]> = {
  init: ['init my-photos', 'init /tmp/my-photos --data /tmp/darkroom'],
  local: ['local --port 0 --data /tmp/darkroom', 'local --presets my-presets.yaml --fresh'],
  render: [
    'render ~/Pictures/2026 --out developed',
    'render a.jpg b.jpg --out developed --presets my-presets.yaml --json',
  ],
  preview: [
    'preview ~/Pictures/2026 --out sheet.html',
    'preview photos --out sheet.html --presets my-presets.yaml --compare presets.yaml',
  ],
  presets: ['presets check my-presets.yaml', 'presets plan my-presets.yaml --out plan.json'],
  'presets check': ['presets check', 'presets check my-presets.yaml --seconds 20'],
  'presets schema': ['presets schema', 'presets schema --out presets.schema.json'],
  'presets diff': [
    'presets diff presets.yaml my-presets.yaml',
    'presets diff presets.yaml my-presets.yaml --json',
  ],
  'presets plan': [
    'presets plan my-presets.yaml --out plan.json',
    'presets plan my-presets.yaml --prefix users/1/ --count-only',
  ],
  'presets apply': ['presets apply plan.json', 'presets apply plan.json --wait'],
  'presets stop': ['presets stop', 'presets stop --data /tmp/darkroom'],
  'presets resume': ['presets resume', 'presets resume --data /tmp/darkroom'],
  backfill: ['backfill --dry-run', 'backfill --prefix users/1/ --since 7d'],
  status: ['status', 'status --watch'],
  estimate: [
    'estimate --uploads-per-day 10000 --photos ~/Pictures/2026',
    'estimate --backfill 1000000000',
  ],
  heat: ['heat --logs logs/ --out heat.json', 'heat --logs - --json'],
  rehearse: [
    'rehearse --day weibo --uploads-per-day 2000000',
    'rehearse --uploads uploads.csv --ready-p99 10s',
  ],
  explain: [
    'explain users/1/a.jpg',
    'explain https://img.example.com/users/1/a.jpg/manifest.json --json',
  ],
  verify: ['verify --sample 1000', 'verify --prefix users/1/ --fix'],
  replay: ['replay --dry-run', 'replay messages.jsonl --since 7d'],
  takedown: [
    "takedown users/1/a.jpg --reason 'court order 17'",
    'takedown --prefix users/1/ --dry-run',
  ],
  moderate: ['moderate --dry-run', 'moderate --since 30d --yes'],
  review: [
    "review users/1/a.jpg --pass --why 'a film poster'",
    'review users/1/a.jpg users/1/b.jpg --block --who lin',
  ],
  setup: ['setup --origin https://app.example.com', 'setup --cdn-domain img.example.com --apply'],
  doctor: ['doctor', 'doctor --answer-mb 24'],
  policies: ['policies', 'policies --out /tmp/ram'],
  invoke: ['invoke events/samples/oss-put-object.json', 'invoke event.json --data /tmp/darkroom'],
  schema: ['schema ready', 'schema log --out log.schema.json'],
  completion: ['completion bash', 'completion zsh'],
};

export function examplesText(name: string): string {
  const lines = (EXAMPLES[name] ?? []).map(line => `  npx darkroom ${line}`);
  return `\nExamples:\n${lines.join('\n')}`;
}

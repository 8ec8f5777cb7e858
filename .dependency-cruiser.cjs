/** The layers of docs/adr/0001-layers.md, checked. Each rule says why it is there. */
const PURE = ['zod', 'thumbhash', 'ms', 'leven'];
/** The codec, and what its steps have in common. */
const SHARP = '^shared/adapters/sharp/';

/**
 * The rooms of each layer, from the ground up: a room may import those before it, and what lies beside the folders.
 * Rooms in one list know nothing of each other.
 */
const ROOMS = {
  'shared/core': ['picture', ['watermark', 'moderation'], 'list', 'set', 'work', 'telling'],
  'shared/pipeline': [
    ['marks', 'removal', 'moderation'],
    'develop',
    ['serve', 'bulk'],
    ['inspect', 'edits'],
  ],
  cli: [
    'terminal',
    'cloud',
    'measure',
    'presets',
    [
      'init',
      'render',
      'backfill',
      'deployment',
      'inspect',
      'replay',
      'takedown',
      'review',
      'rehearse',
      'heat',
      'completion',
    ],
    'preview',
    'studio',
    'local',
  ],
};

/** A rule for each pair of rooms that must not know each other. */
function rulesBetweenRooms([layer, floors]) {
  const rooms = floors.flatMap((floor, height) => [floor].flat().map(name => ({ name, height })));
  return rooms.flatMap(from =>
    rooms
      .filter(to => to.name !== from.name && to.height >= from.height)
      .map(to => ({
        name: `${layer}/${from.name}-not-to-${to.name}`,
        comment: 'Rooms are a straight stack: lower ones never know higher ones.',
        severity: 'error',
        from: { path: `^${layer}/${from.name}/` },
        to: { path: `^${layer}/${to.name}/` },
      })),
  );
}

/** The ground floor of a layer knows none of its rooms. */
function groundFloorRule(layer) {
  return {
    name: `${layer}-ground-floor`,
    comment: 'What lies beside the rooms is what all of them stand on.',
    severity: 'error',
    from: { path: `^${layer}/[^/]+$` },
    to: { path: `^${layer}/[^/]+/` },
  };
}

const npmExcept = names => `node_modules/(?!(${names.join('|')})/)`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(ROOMS).flatMap(rulesBetweenRooms),
    ...['shared/core', 'shared/pipeline'].map(groundFloorRule),
    {
      name: 'no-circle-of-rooms',
      comment: 'Two folders that need each other are one room.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^(shared|cli|functions|events)' },
      to: { circular: true },
    },
    {
      name: 'core-is-pure',
      comment: 'Deciding is pure: a plan can be tested by tables and replayed by hand.',
      severity: 'error',
      from: { path: '^shared/core/' },
      to: {
        pathNot: [
          '^shared/core/',
          '^(node:)?(crypto|zlib)$',
          ...PURE.map(name => `node_modules/(@types/)?${name}/`),
        ],
      },
    },
    {
      name: 'a-rehearsal-is-arithmetic',
      comment: 'The same numbers for the same seed, on any machine and at any time.',
      severity: 'error',
      from: { path: '^cli/rehearse/model/' },
      to: { pathNot: '^cli/rehearse/model/' },
    },
    {
      name: 'ports-are-types',
      comment: 'A port is a promise between layers; it holds no code and knows no vendor.',
      severity: 'error',
      from: { path: '^shared/ports\\.ts$' },
      to: { pathNot: '^shared/core/' },
    },
    {
      name: 'pipeline-knows-no-vendor',
      comment: 'The use cases run on any store and any codec; p-limit is a bound, zod a shape.',
      severity: 'error',
      from: { path: '^shared/pipeline/' },
      to: {
        path: ['^shared/(adapters|fc)/', '^events/', npmExcept(['p-limit', 'p-map', 'zod'])],
      },
    },
    {
      name: 'adapters-are-islands',
      comment: 'One vendor each: replacing one must not touch another.',
      severity: 'error',
      from: { path: '^shared/adapters/([^/]+)/' },
      to: {
        path: '^shared/(adapters|pipeline|fc)/',
        // What two SDKs of one vendor have in common.
        pathNot: '^shared/adapters/($1|alicloud)/',
      },
    },
    {
      name: 'fc-speaks-wire-only',
      comment: 'Wire formats know the core and the events, never how the work is done.',
      severity: 'error',
      from: { path: '^shared/fc/' },
      to: { path: '^shared/(adapters|pipeline)/' },
    },
    {
      name: 'the-studio-is-a-page',
      comment:
        'It runs in a browser: what it knows of the rest is the client module, and what the server answers.',
      severity: 'error',
      from: { path: '^studio/' },
      to: {
        pathNot: ['^(studio|client)/', 'node_modules/(preact|codemirror|@codemirror|@lezer)/'],
      },
    },
    {
      name: 'only-the-codec-imports-sharp',
      comment:
        'Its errors, its options and its native code stay in one place. Tests, the local seed and the bench may draw with it.',
      severity: 'error',
      from: {
        path: '^(shared|functions|cli|events)/',
        pathNot: SHARP,
      },
      to: { path: 'node_modules/sharp/' },
    },
    {
      name: 'only-oss-client-imports-ali-oss',
      comment: 'Retries, error codes and options of ali-oss are translated in one place.',
      severity: 'error',
      from: {
        path: '^(shared|functions|cli|events)/',
        pathNot: '^shared/adapters/oss/client\\.ts$',
      },
      to: {
        path: 'node_modules/(ali-oss|@types/ali-oss)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-their-adapters-import-alicloud',
      comment: 'Streams, error codes and timeouts of the SDKs are translated in one place each.',
      severity: 'error',
      from: {
        path: '^(shared|functions|cli|events|local)/',
        pathNot: '^shared/adapters/(fc|cdn|alicloud|sls)/',
      },
      to: { path: 'node_modules/(@alicloud|@darabonba)/' },
    },
    {
      name: 'only-its-adapter-imports-opentelemetry',
      comment:
        'It is loaded where an endpoint is set; one other import would put it into every cold start.',
      severity: 'error',
      from: {
        path: '^(shared|functions|cli|events|local)/',
        pathNot: '^shared/adapters/opentelemetry/',
      },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'client-needs-nothing',
      comment: 'It runs in browsers and mini-programs, and is to stay under 3 kB.',
      severity: 'error',
      from: { path: '^client/' },
      to: { pathNot: '^client/' },
    },
    {
      name: 'functions-are-islands',
      comment: 'One folder is one bundle; what all of them open lies beside the folders.',
      severity: 'error',
      from: { path: '^functions/([^/]+)/' },
      to: { path: '^functions/[^/]+/', pathNot: '^functions/$1/' },
    },
    {
      name: 'shared-never-looks-up',
      comment: 'What ships in a bundle knows nothing of who starts it.',
      severity: 'error',
      from: { path: '^(shared|events)/' },
      to: { path: '^(functions|cli|local|test|scripts|bench)/' },
    },
    {
      name: 'tests-stay-outside',
      comment: 'Nothing that runs for a user may need the tests.',
      severity: 'error',
      from: { path: '^(functions|shared|events|cli|local|scripts|client)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'no-dev-dependency-in-production',
      comment: 'A deployed bundle is built from dependencies alone.',
      severity: 'error',
      from: { path: '^(functions|shared|events)/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'no-circular',
      comment: 'A cycle has no top to read from.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A module nobody imports is dead or misplaced.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['\\.d\\.ts$', '\\.config\\.ts$', '\\.mjs$', '^test/', '^bench/'],
      },
      to: {},
    },
    {
      name: 'not-to-unresolvable',
      comment: 'It would fail at run time.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

/** Drawings as people screenshot and share them: nothing of a photo, and the same on every run. Fonts are the machine's. */

export interface Drawing {
  name: string;
  kind: 'chat' | 'article' | 'chart' | 'interface';
  svg: string;
}

const WORDS =
  'light on water the harbour was quiet before noon and nobody asked for the other boat until somebody saw it leave'.split(
    ' ',
  );

/** A generator of numbers below `most`, one for each drawing. */
function numbers(seed: number): (most: number) => number {
  let state = seed * 2_654_435_761;
  return most => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % most;
  };
}

type Next = ReturnType<typeof numbers>;

function sentence(next: Next, words: number): string {
  return Array.from({ length: words }, () => WORDS[next(WORDS.length)]).join(' ');
}

const page = (width: number, height: number, paper: string, inside: string[]) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif"><rect width="100%" height="100%" fill="${paper}"/>${inside.join('')}</svg>`;
const text = ([x, y]: [number, number], size: number, ink: string, words: string) =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${ink}">${words}</text>`;
const box = ([x, y, width, height]: [number, number, number, number], fill: string, radius = 0) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}"/>`;

const THEMES = [
  { paper: '#ededed', mine: '#95ec69', yours: '#ffffff', ink: '#191919' },
  { paper: '#ffffff', mine: '#0b84fe', yours: '#e9e9eb', ink: '#000000' },
  { paper: '#0b141a', mine: '#005c4b', yours: '#202c33', ink: '#e9edef' },
  { paper: '#fff3f0', mine: '#d4002a', yours: '#ffffff', ink: '#c4001f' },
] as const;

function chat(seed: number): string {
  const next = numbers(seed);
  const theme = THEMES[seed % THEMES.length] ?? THEMES[0];
  const lines = Array.from({ length: 17 }, (_, row) => {
    const y = 150 + row * 124;
    const isMine = next(2) === 0;
    const width = 420 + next(400);
    const x = isMine ? 1080 - 40 - width : 130;
    const face = box([isMine ? 2000 : 30, y, 80, 80], `hsl(${next(360)},60%,55%)`, 12);
    const bubble = box([x, y, width, 88], isMine ? theme.mine : theme.yours, 18);
    return face + bubble + text([x + 24, y + 56], 34, theme.ink, sentence(next, 2 + next(4)));
  });
  return page(1080, 2340, theme.paper, [box([0, 0, 1080, 120], theme.yours), ...lines]);
}

function article(seed: number): string {
  const next = numbers(seed + 100);
  const isDark = seed % 3 === 2;
  const ink = isDark ? '#d7d7d7' : '#222222';
  const font = seed % 2 ? 'serif' : 'sans-serif';
  const size = 26 + next(12);
  const lines = Array.from({ length: Math.floor(1500 / (size * 1.5)) }, (_, row) => {
    const isLink = next(9) === 0;
    const y = 300 + row * size * 1.5;
    return text(
      [70, y],
      size,
      isLink ? '#d81e06' : ink,
      sentence(next, Math.floor(1450 / size / 4)),
    );
  });
  const title = text([70, 170], 64, ink, sentence(next, 5));
  const written = `<g font-family="${font}">${title}${lines.join('')}</g>`;
  return page(1080, 1920, isDark ? '#121212' : '#fdfdfb', [written]);
}

function chart(seed: number): string {
  const next = numbers(seed + 200);
  const bars = Array.from({ length: 14 }, (_, at) => {
    const height = 60 + next(520);
    return (
      box(
        [110 + at * 74, 680 - height, 48, height],
        `hsl(${(seed * 70 + at * 25) % 360},85%,45%)`,
      ) + text([112 + at * 74, 716], 20, '#444', `${next(100)} %`)
    );
  });
  const grid = Array.from({ length: 7 }, (_, at) => box([100, 120 + at * 90, 1040, 1], '#cccccc'));
  const points = Array.from({ length: 14 }, (_, at) => `${134 + at * 74},${120 + next(500)}`).join(
    ' ',
  );
  const line = `<polyline points="${points}" fill="none" stroke="#e60023" stroke-width="3"/>`;
  return page(1200, 800, '#ffffff', [
    ...grid,
    ...bars,
    line,
    text([100, 70], 40, '#111', sentence(next, 6)),
  ]);
}

/** Neon on black, gradients and buttons: what games and shops look like. */
function surface(seed: number): string {
  const next = numbers(seed + 300);
  const cards = Array.from({ length: 15 }, (_, at) => {
    const [x, y] = [30 + (at % 3) * 345, 200 + Math.floor(at / 3) * 330];
    const hue = next(360);
    return (
      box([x, y, 320, 300], `hsl(${hue},45%,${14 + next(20)}%)`, 20) +
      box([x + 20, y + 20, 280, 150], 'url(#shade)', 12) +
      text([x + 24, y + 220], 30, `hsl(${(hue + 180) % 360},100%,60%)`, sentence(next, 2)) +
      text([x + 24, y + 266], 24, '#ff003c', `${next(900)}.99`)
    );
  });
  const shade = `<defs><linearGradient id="shade"><stop offset="0" stop-color="hsl(${next(360)},90%,50%)"/><stop offset="1" stop-color="hsl(${next(360)},90%,30%)"/></linearGradient></defs>`;
  return page(1080, 1920, '#0a0a12', [
    shade,
    text([40, 130], 72, '#00e5ff', sentence(next, 3)),
    ...cards,
  ]);
}

const KINDS = { chat, article, chart, interface: surface } as const;
const COUNTS = { chat: 8, article: 6, chart: 5, interface: 5 } as const;

export function drawings(): Drawing[] {
  return Object.entries(COUNTS).flatMap(([name, count]) => {
    const kind = name as Drawing['kind'];
    return Array.from({ length: count }, (_, at) => ({
      name: `${kind} ${at + 1}`,
      kind,
      svg: KINDS[kind](at),
    }));
  });
}

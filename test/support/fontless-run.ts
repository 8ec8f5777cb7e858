import { sha256Of } from '../../shared/core/list/fingerprint.ts';
import { textLayer } from '../../shared/adapters/sharp/text-mark.ts';
import { glyphsOf } from '../../shared/adapters/fontkit/glyphs.ts';
import { runsOf } from '../../shared/core/watermark/runs.ts';
import { arabic, boldEmoji, chinese, emoji } from './marks.ts';

/** Where ink is, of texts that are drawn in this process, one after the other, each by all fonts that it names. */
const FONTS = { chinese, arabic, emoji, boldEmoji };
interface Asked {
  text: string;
  fonts: (keyof typeof FONTS)[];
  height?: number;
}
const asked: Asked[] = JSON.parse(process.argv[2] ?? '');

const answers: unknown[] = [];
for (const { text, fonts, height: letters = 48 } of asked) {
  const files = fonts.map(name => FONTS[name]());
  const { runs, lacking } = runsOf(text, await Promise.all(files.map(glyphsOf)));
  if (runs.length === 0) {
    answers.push({ lacking });
    continue;
  }
  const about = {
    runs,
    fonts: files.map(bytes => ({ sha256: sha256Of(bytes), bytes })),
    colour: '#ffffff',
  };
  const { data, width, height } = await textLayer(about, letters, { width: 2000, height: 5000 });
  const columns = Array.from({ length: width }, (_, x) =>
    Array.from({ length: height }, (_, y) => data[4 * (y * width + x) + 3] ?? 0).reduce(
      (sum, alpha) => sum + alpha,
      0,
    ),
  );
  const peak = letters === 48 ? {} : { megabytes: process.resourceUsage().maxRSS / 1024 };
  answers.push({ width, height, columns, lacking, hash: sha256Of(data), ...peak });
}
process.stdout.write(`${JSON.stringify(answers)}\n`);

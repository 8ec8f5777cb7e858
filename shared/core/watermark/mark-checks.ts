import { filesOf, type Mark } from './mark.ts';
import { isDrawable, strayBrace, wordsOf } from './mark-text.ts';

/** What holds between the fields of a mark. */
export interface MarkProblem {
  path: PropertyKey[];
  message: string;
}

const OF_TEXT = ['font', 'fallback', 'colour', 'missing'] as const;

export function markProblems(mark: Mark): MarkProblem[] {
  return [...kindProblems(mark), ...textProblems(mark), ...sizeProblems(mark)];
}

function kindProblems(mark: Mark): MarkProblem[] {
  const { image, text, font } = mark;
  if (image && text) return [{ path: [], message: 'expected either image or text, received both' }];
  if (!image && !text) return [{ path: [], message: 'expected image, or text, received neither' }];
  if (text && !font) return [{ path: [], message: 'expected font beside text, received none' }];
  const stray = OF_TEXT.filter(name => image && mark[name] !== undefined);
  return stray.map(name => ({
    path: [name],
    message: `expected text beside ${name}, received image`,
  }));
}

function textProblems({ text, missing }: Mark): MarkProblem[] {
  if (text === undefined) return [];
  const problems: MarkProblem[] = [];
  if (strayBrace(text)) {
    problems.push({ path: ['text'], message: 'expected words in braces such as {user}' });
  }
  if (!isDrawable(text)) {
    problems.push({ path: ['text'], message: 'expected one line without control characters' });
  }
  if (missing && wordsOf(text).length === 0) {
    problems.push({
      path: ['missing'],
      message: 'expected a word such as {user} in text beside missing',
    });
  }
  return problems;
}

function sizeProblems(mark: Mark): MarkProblem[] {
  const { least, most, sha256 } = mark;
  const problems: MarkProblem[] = [];
  if (least !== undefined && most !== undefined && least > most) {
    problems.push({
      path: ['least'],
      message: `expected at most ${most} (most), received ${least}`,
    });
  }
  if (sha256) {
    const files = filesOf(mark).length;
    const message = `expected none in a list that people write: Darkroom takes it of its ${files} files itself`;
    problems.push({ path: ['sha256'], message });
  }
  return problems;
}

import * as z from 'zod';
import { invalidArgument, notImplemented, OssError } from './errors.ts';
import { readXml } from './xml.ts';

/** Says in a schema: OSS takes this value, the local server does not carry it out. */
export const LACKING = { lacking: true } as const;

export function only(value: string) {
  return z.string().refine(given => given === value, { params: LACKING });
}

/**
 * The settings that a PUT of a subresource brings, as its schema wants them. An element that a strict schema does
 * not know is refused by its name: kept and not carried out, it would be a lie.
 */
export function readDocument<T>(body: string, root: string, schema: z.ZodType<T>): T {
  const document = withoutBlanks(readXml(body)[root]);
  if (document === undefined) {
    throw new OssError('MalformedXML', `expected <${root}> as the root of the body`);
  }
  const result = schema.safeParse(document, { reportInput: true });
  if (result.success) return result.data;
  const { issues } = result.error;
  const issue = issues.find(one => lacking(one) !== undefined) ?? issues[0];
  throw issue ? refusal(issue, root) : new OssError('MalformedXML');
}

/** The parser keeps the line breaks between elements, since it may not trim keys. */
function withoutBlanks(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutBlanks);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name, value]) => name !== '#text' || String(value).trim() !== '')
      .map(([name, value]) => [name, withoutBlanks(value)]),
  );
}

function refusal(issue: z.core.$ZodIssue, root: string): OssError {
  const where = [root, ...issue.path.filter(step => typeof step === 'string')].join('.');
  const lacks = lacking(issue);
  if (lacks === '.#text') {
    return new OssError('MalformedXML', `expected elements, received text in ${where}`);
  }
  if (lacks !== undefined) return notImplemented(where + lacks);
  const said = issue.message.replace('Invalid input: ', '');
  if (issue.code === 'invalid_type') return new OssError('MalformedXML', `${said} in ${where}`);
  const value = String(issue.input);
  return invalidArgument(where, value, `${said}, received ${value} in ${where}`);
}

/** What to add to the path: the element that the schema has not, or the value that is not carried out. */
function lacking(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') return `.${issue.keys[0]}`;
  return issue.code === 'custom' && issue.params?.lacking ? ` ${issue.input}` : undefined;
}

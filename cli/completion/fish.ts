import { type Place, stepsTo, type Value } from './tree.ts';

export function fishScript(places: Place[]): string {
  return `# fish completion of darkroom, by: darkroom completion fish
function __darkroom_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        switch "$at/$word"
            case ${stepsTo(places).map(quoted).join(' ')}
                set at (string trim --left --chars=/ "$at/$word")
        end
    end
    test "$at" = "$argv[1]"
end
complete -c darkroom -f
${places.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, commands, options, takes }: Place): string[] {
  const at = `complete -c darkroom -n ${quoted(`__darkroom_at ${quoted(path)}`)}`;
  const own = takes === 'anything' || takes.length === 0 ? [] : [`${at} ${valued(takes)}`];
  return [
    ...own,
    ...commands.map(({ name, says }) => `${at} -a ${quoted(name)} -d ${quoted(says)}`),
    ...options.map(({ name, says, value }) => {
      const takesValue = value === undefined ? '' : ` -r ${valued(value)}`;
      return `${at} -l ${quoted(name.slice(2))}${takesValue} -d ${quoted(says)}`;
    }),
  ];
}

/** -f: no files beside it. */
function valued(value: Value): string {
  if (value === 'anything') return '-f';
  return value === 'files' ? '-F' : `-f -a ${quoted(value.join(' '))}`;
}

/** Between single quotes fish reads a backslash, too. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

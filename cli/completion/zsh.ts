import { type Place, quoted, stepsTo, type Value, type Word } from './tree.ts';

export function zshScript(places: Place[]): string {
  return `#compdef darkroom
# zsh completion of darkroom, by: darkroom completion zsh
_darkroom() {
  local at='' index
  local -a found
  for ((index = 2; index < CURRENT; index++)); do
    case "$at/\${words[index]}" in
      (${stepsTo(places).map(quoted).join('|')}) at="\${at:+$at/}\${words[index]}" ;;
    esac
  done
  case "$at \${words[CURRENT - 1]}" in
${places.flatMap(valuesOf).join('\n')}
  esac
  case "$at" in
${places.map(wordsAt).join('\n')}
  esac
}
if [[ "\${funcstack[1]}" == _darkroom ]]; then _darkroom "$@"; else compdef _darkroom darkroom; fi
`;
}

function valuesOf({ path, options }: Place): string[] {
  return options.flatMap(({ name, value }) =>
    value === undefined
      ? []
      : [`    (${quoted(`${path} ${name}`)}) ${completed(value)}; return ;;`],
  );
}

function completed(value: Value): string {
  if (value === 'anything') return ':';
  if (value === 'files') return '_files';
  return `compadd -- ${value.map(quoted).join(' ')}`;
}

function wordsAt({ path, commands, options, takes }: Place): string {
  const isOption = `[[ "\${words[CURRENT]}" == -* ]]`;
  const own =
    takes === 'anything' || takes.length === 0 ? '' : `${isOption} || ${completed(takes)}; `;
  const named =
    commands.length === 0 ? '' : `found=(${described(commands)}); _describe command found; `;
  return `    (${quoted(path)}) ${own}${named}found=(${described(options)}); _describe -o option found ;;`;
}

function described(words: Word[]): string {
  return words.map(({ name, says }) => quoted(`${name}:${says}`)).join(' ');
}

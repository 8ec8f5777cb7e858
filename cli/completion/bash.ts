import { type Place, quoted, stepsTo, type Value } from './tree.ts';

export function bashScript(places: Place[]): string {
  return `# bash completion of darkroom, by: darkroom completion bash
_darkroom() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}"
  local path='' words='' index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$path/\${COMP_WORDS[index]}" in
      ${stepsTo(places).map(quoted).join(' | ')}) path="\${path:+$path/}\${COMP_WORDS[index]}" ;;
    esac
  done
  COMPREPLY=()
  case "$path $previous" in
${places.flatMap(valuesOf).join('\n')}
  esac
  case "$path" in
${places.map(wordsAt).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _darkroom darkroom
`;
}

function valuesOf({ path, options }: Place): string[] {
  return options.flatMap(({ name, value }) =>
    value === undefined ? [] : [`    ${quoted(`${path} ${name}`)}) ${completed(value)}; return ;;`],
  );
}

function completed(value: Value): string {
  if (value === 'anything') return ':';
  if (value === 'files') return 'compopt -o default 2> /dev/null';
  return `COMPREPLY=($(compgen -W ${quoted(value.join(' '))} -- "$current"))`;
}

function wordsAt({ path, commands, options, takes }: Place): string {
  const named = commands.map(({ name }) => name);
  const values = Array.isArray(takes) ? takes : [];
  const words = [...named, ...values, ...options.map(({ name }) => name)].join(' ');
  const files =
    takes === 'files' ? `[[ $current == -* ]] || { ${completed('files')}; return; }; ` : '';
  return `    ${quoted(path)}) ${files}words=${quoted(words)} ;;`;
}

/** Lines of a trace, as people read them. */

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** With what happens in the quiet after a history left out, unless it is asked for. */
export function tellingTo(print: (line: string) => void) {
  return (time: number, who: string, what: string) => {
    const at = new Date(time).toISOString().slice(8, 23).replace('T', ' ');
    print(`${at}  ${who.padEnd(16)} ${what}`);
  };
}

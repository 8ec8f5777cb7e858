/** What a command says to its user. Everything else a command prints goes to stderr. */
export function say(text: string): void {
  console.log(text);
}

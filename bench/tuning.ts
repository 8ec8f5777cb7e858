export async function tune(): Promise<void> {
  await Promise.resolve();
}

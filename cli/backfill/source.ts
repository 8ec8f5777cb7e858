import { openInventory } from '../../shared/adapters/oss/inventory.ts';
import type { Run } from '../../shared/core/work/run.ts';
import type { Entry, ObjectStore } from '../../shared/ports.ts';
import type { Connection } from '../cloud/connection.ts';
import { inventoryAt } from '../cloud/inventory-place.ts';

/** Where a run's originals come from: the bucket's own listing, or an inventory of it. */
export async function entriesOf(
  { prefix, since, inventory }: Run['selection'],
  connection: Connection,
): Promise<(after: string | undefined) => AsyncIterable<Entry>> {
  const youngest = since === undefined ? undefined : new Date(since);
  if (inventory === undefined) {
    return after => listed(connection.originals, { prefix, since: youngest, after });
  }
  const { open, manifest } = inventoryAt(inventory, connection.reader);
  const bucket = connection.names.originals;
  return await openInventory(open, { manifest, bucket, prefix, since: youngest });
}

interface Listing {
  prefix: string;
  since: Date | undefined;
  after: string | undefined;
}

async function* listed(
  originals: ObjectStore,
  { prefix, since, after }: Listing,
): AsyncGenerator<Entry> {
  for await (const entry of originals.list(prefix, after ? { after } : {})) {
    if (!('key' in entry) || (since && entry.modifiedAt < since)) continue;
    const { key, isArchived, isLink } = entry;
    const kind = { ...(isArchived ? { isArchived } : {}), ...(isLink ? { isLink } : {}) };
    yield { key, cursor: key, ...kind };
  }
}

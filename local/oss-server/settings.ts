import { renameSync, rmSync } from 'node:fs';
import { stageRecord } from './blobs.ts';
import type { CorsRules } from './cors.ts';
import { type Layout, readRecord } from './layout.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Website } from './website.ts';

/** What a bucket was told, each as the document of its subresource. */
export interface Settings {
  cors: CorsRules;
  lifecycle: Lifecycle;
  website: Website;
}

export interface SettingsStorage {
  get<N extends keyof Settings>(name: N): Settings[N] | undefined;
  put<N extends keyof Settings>(name: N, value: Settings[N]): Promise<void>;
  /** Succeeds where there is none. */
  remove(name: keyof Settings): void;
}

export function openSettings(layout: Layout): SettingsStorage {
  const settings: { [N in keyof Settings]: Settings[N] | undefined } = {
    cors: readRecord<CorsRules>(layout.setting('cors')),
    lifecycle: readRecord<Lifecycle>(layout.setting('lifecycle')),
    website: readRecord<Website>(layout.setting('website')),
  };
  return {
    get: name => settings[name],
    async put(name, value) {
      renameSync(await stageRecord(layout.temp, value), layout.setting(name));
      settings[name] = value;
    },
    remove(name) {
      rmSync(layout.setting(name), { force: true });
      settings[name] = undefined;
    },
  };
}

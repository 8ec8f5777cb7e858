#!/usr/bin/env node
const tsx = await import('tsx/esm/api').catch(error => {
  if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
  throw error;
});

if (tsx) {
  tsx.register();
  await import('./index.ts');
} else {
  process.stderr.write(
    'darkroom: expected the packages of this folder, they are not installed: npm install\n',
  );
  process.exitCode = 1;
}

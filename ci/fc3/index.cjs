// Serverless Devs loads it by require() and, for `s verify`, asks its schema; whatever else it is asked fails.
// The schema is that of the local platform, in TypeScript: hence tsx.
module.exports = class OfflineFc3 {
  async getSchema() {
    const { tsImport } = await import('tsx/esm/api');
    const { propsSchema } = await tsImport('./schema.ts', __filename);
    return JSON.stringify(propsSchema());
  }

  async deploy() {
    throw new Error(
      'expected component fc3 for a deployment, received ./ci/fc3: unset FC_COMPONENT',
    );
  }
};

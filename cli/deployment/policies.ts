import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { policiesFolder, policyNames, policyText } from '../../local/roles.ts';
import { unsaid } from '../../local/service/own-settings.ts';
import { previewTemplate } from '../../local/service/preview.ts';
import { Failure } from '../../shared/core/failure.ts';
import { connect } from '../cloud/connection.ts';
import { environment } from '../terminal/environment.ts';
import { say } from '../terminal/printer.ts';
import { roleSteps } from './role-steps.ts';
import { carryOut, type Step } from './steps.ts';

const FILE = join(policiesFolder, '../s.yaml');

interface Options {
  out?: string;
  apply?: true;
  replaceTrust?: true;
  json?: true;
}

export function policiesCommand(): Command {
  return new Command('policies')
    .summary('Show, and make, the RAM roles and policies of a deployment.')
    .description(
      'Show which RAM roles and policies the deployment that the environment names needs, and has not yet; with --apply, make them.',
    )
    .option('--apply', 'make what is missing, and set what is otherwise')
    .option('--replace-trust', 'of a role that others may take, too')
    .option('--out <dir>', 'write them there instead, and print the commands that make them')
    .option('--json', 'one line of JSON')
    .action(policies);
}

async function policies(options: Options): Promise<void> {
  const env = environment();
  const { out } = options;
  if (out !== undefined && (options.apply || options.replaceTrust || options.json)) {
    const message = 'expected --out alone, since it asks no account, received more';
    throw new Failure('SETTINGS_INVALID', message);
  }
  const missing = unsaid(env);
  if (missing.length > 0) throw new Failure('SETTINGS_INVALID', missing.join('\n'));
  if (out !== undefined) return await writeOut(out, await policiesFor(env));
  const { cloud } = await connect({});
  const roles = cloud.roles();
  const wanted = await policiesFor(env);
  const look = async () => {
    const steps: Step[] = [];
    for (const { name, text } of wanted) {
      const role = { name: `darkroom-${name}`, trust: trustOf(name), policy: JSON.parse(text) };
      steps.push(...(await roleSteps(role, roles, options.replaceTrust === true)));
    }
    return steps;
  };
  const where = `the account ${cloud.accountId}, by RAM`;
  await carryOut(look, { ...options, where, command: 'npx darkroom policies' });
}

interface Policy {
  /** As its file in `ram`. */
  name: string;
  text: string;
}

async function policiesFor(env: Record<string, string>): Promise<Policy[]> {
  const { vars } = (await previewTemplate(FILE, env)) as { vars: Record<string, string> };
  const names = await policyNames();
  return await Promise.all(names.map(async name => ({ name, text: await policyText(name, vars) })));
}

async function writeOut(out: string, all: Policy[]): Promise<void> {
  await mkdir(out, { recursive: true });
  for (const service of ['fc', 'oss']) {
    const file = join(out, `trust-${service}.json`);
    await writeFile(file, `${JSON.stringify(trustIn(`${service}.aliyuncs.com`), null, 2)}\n`);
  }
  for (const { name, text } of all) await writeFile(join(out, `${name}.json`), text);
  say(all.map(({ name }) => commandsFor(name, out)).join('\n'));
}

function commandsFor(name: string, out: string): string {
  const role = `darkroom-${name}`;
  const trust = join(out, `trust-${takerOf(name)}.json`);
  return [
    `aliyun ram CreateRole --RoleName ${role} --AssumeRolePolicyDocument "$(cat ${trust})"`,
    `aliyun ram CreatePolicy --PolicyName ${role} --PolicyDocument "$(cat ${join(out, name)}.json)"`,
    `aliyun ram AttachPolicyToRole --PolicyType Custom --PolicyName ${role} --RoleName ${role}`,
  ].join('\n');
}

/** Who may take a role: the functions themselves, or OSS for its triggers. */
const takerOf = (name: string) => (name.startsWith('trigger-') ? 'oss' : 'fc');
const trustOf = (name: string) => trustIn(`${takerOf(name)}.aliyuncs.com`);

/** https://www.alibabacloud.com/help/en/ram/user-guide/trust-policies */
function trustIn(service: string) {
  const statement = {
    Action: 'sts:AssumeRole',
    Effect: 'Allow',
    Principal: { Service: [service] },
  };
  return { Version: '1', Statement: [statement] };
}

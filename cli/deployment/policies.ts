import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { unsaid } from '../../local/service/own-settings.ts';
import { previewTemplate } from '../../local/service/preview.ts';
import { policiesFolder, policyNames, policyText } from '../../local/roles.ts';
import { Failure } from '../../shared/core/failure.ts';
import { environment } from '../cloud/connection.ts';
import { say } from '../terminal/printer.ts';

const FILE = join(policiesFolder, '../../s.yaml');

export function policiesCommand(): Command {
  return new Command('policies')
    .description(
      'Write the RAM policies of the deployment that the environment names, and print the commands that make its roles.',
    )
    .requiredOption('--out <dir>', 'where to')
    .action(policies);
}

async function policies({ out }: { out: string }): Promise<void> {
  const env = environment();
  const missing = unsaid(env);
  if (missing.length > 0) throw new Failure('SETTINGS_INVALID', missing.join('\n'));
  const { vars } = (await previewTemplate(FILE, env)) as { vars: Record<string, string> };
  await mkdir(out, { recursive: true });
  for (const service of ['fc', 'oss']) {
    const file = join(out, `trust-${service}.json`);
    await writeFile(file, `${JSON.stringify(trustOf(`${service}.aliyuncs.com`), null, 2)}\n`);
  }
  const names = await policyNames();
  for (const name of names) {
    await writeFile(join(out, `${name}.json`), await policyText(name, vars));
  }
  say(names.map(name => commandsFor(name, out)).join('\n'));
}

function commandsFor(name: string, out: string): string {
  const role = `darkroom-${name}`;
  const trust = join(out, `trust-${name.startsWith('trigger-') ? 'oss' : 'fc'}.json`);
  return [
    `aliyun ram CreateRole --RoleName ${role} --AssumeRolePolicyDocument "$(cat ${trust})"`,
    `aliyun ram CreatePolicy --PolicyName ${role} --PolicyDocument "$(cat ${join(out, name)}.json)"`,
    `aliyun ram AttachPolicyToRole --PolicyType Custom --PolicyName ${role} --RoleName ${role}`,
  ].join('\n');
}

/** Who may take a role: the functions themselves, or OSS for its triggers. https://www.alibabacloud.com/help/en/ram/user-guide/trust-policies */
function trustOf(service: string) {
  const statement = {
    Action: 'sts:AssumeRole',
    Effect: 'Allow',
    Principal: { Service: [service] },
  };
  return { Version: '1', Statement: [statement] };
}

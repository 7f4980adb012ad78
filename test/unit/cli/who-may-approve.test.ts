import { expect, it } from 'vitest';
import { approvalFinding } from '../../../src/cli/doctor/who-may-approve.ts';

it.each([
  [{ allowFrom: ['*'] }, 'channels.mattermost.allowFrom: ["*"]'],
  [{ groupAllowFrom: ['alice', '*'] }, 'channels.mattermost.groupAllowFrom: ["*"]'],
  [{ groupPolicy: 'open', allowFrom: ['alice'] }, 'channels.mattermost.groupPolicy: "open"'],
  [{ allowFrom: ['alice'], accounts: { lab: { allowFrom: ['*'] } } }, 'channels.mattermost.accounts.lab.allowFrom: ["*"]'],
])('%j lets everybody in a channel approve: the doctor warns, names the place and the cure', (config, place) => {
  const finding = approvalFinding(config);
  expect(finding).toMatchObject({ level: 'warn', about: 'approvals' });
  expect(finding.says).toContain(`(${place})`);
  expect(finding.cure).toContain('channels.mattermost.allowFrom');
});

it.each([{}, { allowFrom: ['alice'], groupPolicy: 'allowlist' }, { allowFrom: 'everybody', accounts: ['*'] }])(
  '%j lets named people approve at most',
  (config) => expect(approvalFinding(config).level).toBe('ok'),
);

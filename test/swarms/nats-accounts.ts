// An operator with one account and one user, as `nsc` would make them: the server's configuration, and the user's `.creds`.

import { nkeys } from '@nats-io/transport-node';

type KeyPair = ReturnType<typeof nkeys.createUser>;

const { createAccount, createOperator, createUser } = nkeys;

interface Accounts {
  readonly config: string;
  readonly creds: string;
  /** Of a user whom the account does not know. */
  readonly wrongCreds: string;
}

export function operatorConfig(): Accounts {
  const [operator, account, system, other] = [createOperator(), createAccount(), createAccount(), createAccount()];
  const operatorJwt = jwt(operator, { sub: operator.getPublicKey(), name: 'O', nats: { type: 'operator', version: 2 } });
  const limits = {
    subs: -1,
    data: -1,
    payload: -1,
    imports: -1,
    exports: -1,
    wildcards: true,
    conn: -1,
    leaf: -1,
    mem_storage: -1,
    disk_storage: -1,
    streams: -1,
    consumer: -1,
  };
  const preloaded = [
    [account, jwt(operator, { sub: account.getPublicKey(), name: 'A', nats: { type: 'account', version: 2, limits } })],
    [
      system,
      jwt(operator, {
        sub: system.getPublicKey(),
        name: 'SYS',
        nats: { type: 'account', version: 2, limits: { ...limits, mem_storage: 0, disk_storage: 0 } },
      }),
    ],
  ] as const;
  const resolver = preloaded.map(([keys, token]) => `${keys.getPublicKey()}: ${token}`).join('\n');
  const config = `operator: ${operatorJwt}\nsystem_account: ${system.getPublicKey()}\nresolver: MEMORY\nresolver_preload {\n${resolver}\n}`;
  return { config, creds: credsOf(account), wrongCreds: credsOf(other) };
}

function credsOf(account: KeyPair): string {
  const user = createUser();
  const body = {
    sub: user.getPublicKey(),
    name: 'U',
    nats: { type: 'user', version: 2, subs: -1, data: -1, payload: -1, pub: {}, sub: {} },
  };
  const seed = new TextDecoder().decode(user.getSeed());
  return `-----BEGIN NATS USER JWT-----\n${jwt(account, body)}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
}

function jwt(signer: KeyPair, claims: Record<string, unknown>): string {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = { jti: 'test', iat: Math.floor(Date.now() / 1_000), iss: signer.getPublicKey(), ...claims };
  const signed = `${encode({ typ: 'JWT', alg: 'ed25519-nkey' })}.${encode(body)}`;
  return `${signed}.${Buffer.from(signer.sign(Buffer.from(signed))).toString('base64url')}`;
}

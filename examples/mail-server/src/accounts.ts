// Who may log in, and how: of each password only what proves it is kept, unless the obsolete mechanisms that need it in clear are asked for.

import {
  cramMd5Server,
  deriveScramKeys,
  loginServer,
  type PasswordCredentials,
  plainServer,
  type SaslServerMechanism,
  type ScramKeys,
  scramServer,
  verifyScramPassword,
} from "@mailwire/sasl";
import { Secret } from "@mailwire/wire";

const VARIANTS = ["SCRAM-SHA-256", "SCRAM-SHA-1"] as const;

interface Account {
  readonly name: string;
  readonly keys: readonly ScramKeys[];
  /** Only where passwords are kept in clear. */
  readonly password: Secret<string> | undefined;
}

/** The accounts of the reference server. Names match in any case. */
export class Accounts {
  /** What proves who somebody is, for all protocols. */
  readonly mechanisms: readonly SaslServerMechanism[];
  readonly #accounts = new Map<string, Account>();
  readonly #keep: "keys" | "clear-passwords";

  constructor(keep: "keys" | "clear-passwords") {
    this.#keep = keep;
    this.mechanisms = [
      ...VARIANTS.flatMap((variant) => this.#scram(variant)),
      plainServer(this.verify),
      loginServer(this.verify),
      ...(keep === "keys" ? [] : [cramMd5Server(this.passwordOf)]),
    ];
  }

  /** Adds an account, or gives it another password. */
  async add(name: string, password: string): Promise<void> {
    const keys = await Promise.all(VARIANTS.map((variant) => deriveScramKeys(variant, password)));
    this.#accounts.set(name.toLowerCase(), { name, keys, password: this.#keep === "keys" ? undefined : new Secret(password) });
  }

  /** Checks a password; everybody may act as oneself only. */
  readonly verify = async ({ user, password, authorizationIdentity }: PasswordCredentials): Promise<string | undefined> => {
    const account = this.#find(user);
    const isRight = await verifyScramPassword(account?.keys[0], password);
    return isRight && this.#mayActAs(account, authorizationIdentity) ? account?.name : undefined;
  };

  /** The password in clear, for APOP and CRAM-MD5, where it is kept. */
  readonly passwordOf = (user: string): Promise<Secret<string> | undefined> => Promise.resolve(this.#find(user)?.password);

  #scram(variant: (typeof VARIANTS)[number]): readonly SaslServerMechanism[] {
    const keysOf = (user: string): ScramKeys | undefined => this.#find(user)?.keys.find((keys) => keys.variant === variant);
    return scramServer(variant, (user) => Promise.resolve(keysOf(user)), {
      authorize: ({ user, authorizationIdentity }) => {
        const account = this.#find(user);
        return Promise.resolve(this.#mayActAs(account, authorizationIdentity) ? account?.name : undefined);
      },
    });
  }

  #mayActAs(account: Account | undefined, identity: string | undefined): boolean {
    return identity === undefined || this.#find(identity) === account;
  }

  #find(user: string): Account | undefined {
    return this.#accounts.get(user.toLowerCase());
  }
}

/** The same mechanisms, which tell who came in. */
export function telling(mechanisms: readonly SaslServerMechanism[], identify: (identity: string) => void): readonly SaslServerMechanism[] {
  return mechanisms.map((mechanism) => ({
    ...mechanism,
    start: (context) => {
      const server = mechanism.start(context);
      return {
        mechanism: server.mechanism,
        next: async (response) => {
          const step = await server.next(response);
          if (step.type === "success") identify(step.identity);
          return step;
        },
      };
    },
  }));
}

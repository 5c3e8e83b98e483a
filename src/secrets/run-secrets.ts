import type { Invocation, SecretsAs } from "../model/index.ts";
import { createMasker, type Masker, MIN_MASKED_CHARACTERS } from "../util/masking/masker.ts";
import { type MissingSecret, SecretMissingError } from "./errors.ts";
import { envFileOf, type FoundSecret, findSecrets, type SecretSources } from "./find-secrets.ts";

type Invocations = Readonly<Record<string, Invocation>>;

/** What a step's process is given besides its assignment, and is written nowhere. */
export interface GivenSecrets {
  /** Name → value. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly secretsAs?: SecretsAs;
}

/** The secrets of one run, looked up once, as it begins. They are in memory only. */
export class RunSecrets {
  /** Of all values that were found, also those of steps that need not run; undefined where there is none. */
  readonly masker: Masker | undefined;
  /** What is worth knowing as the run begins. */
  readonly warnings: readonly string[];
  readonly #found: ReadonlyMap<string, FoundSecret>;
  readonly #sources: SecretSources;

  /** @throws SecretSourceError */
  constructor(invocations: Invocations, sources: SecretSources) {
    const names = [...new Set(Object.values(invocations).flatMap(({ secrets = [] }) => secrets))];
    this.#sources = sources;
    this.#found = findSecrets(names, sources);
    const values = [...this.#found].flatMap(([name, found]) =>
      "value" in found ? [[name, found.value]] : [],
    );
    this.masker = createMasker(values.map(([, value = ""]) => value));
    this.warnings = values.flatMap(([name = "", value = ""]) =>
      value.length < MIN_MASKED_CHARACTERS ? [tooShort(name)] : [],
    );
  }

  /** What an invocation is given. Call `require` before. */
  of({ secrets = [], secretsAs }: Invocation): GivenSecrets {
    if (secrets.length === 0) return {};
    const values = secrets.flatMap((name) => {
      const found = this.#found.get(name);
      return found && "value" in found ? [[name, found.value] as const] : [];
    });
    return { secrets: Object.fromEntries(values), ...(secretsAs === undefined ? {} : { secretsAs }) };
  }

  /** Checks that all secrets of these invocations are there. @throws SecretMissingError that names all that are not */
  require(invocations: readonly Invocation[]): void {
    const missing = [...this.#found].flatMap(([name, found]): MissingSecret[] => {
      const neededBy = invocations.filter(({ secrets }) => secrets?.includes(name)).map(({ id }) => id);
      return "problem" in found && neededBy.length > 0 ? [{ name, problem: found.problem, neededBy }] : [];
    });
    if (missing.length > 0) throw new SecretMissingError(missing, envFileOf(this.#sources));
  }
}

const tooShort = (name: string): string =>
  `Secret ${name} has fewer than ${MIN_MASKED_CHARACTERS} characters, so it is not masked in logs: it would be found everywhere.`;

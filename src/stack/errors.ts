import { StepdockError } from "../errors/error.ts";
import { didYouMean } from "../util/nearest.ts";
import type { StackComponentType } from "./component.ts";
import { commandOf, wordsOf } from "./component-words.ts";
import type { Source } from "./flavor-registry.ts";

/** `There are: a, b. Did you mean "b"?`, or that there is none. */
const known = (name: string, names: readonly string[]): string =>
  names.length === 0 ? "There is none." : `There are: ${names.join(", ")}.${didYouMean(name, names)}`;

/** A stack that is asked for by a name that none has. */
export class UnknownStackError extends StepdockError {
  readonly code = "not_found";

  constructor(name: string, names: readonly string[]) {
    super(`There is no stack "${name}". ${known(name, names)}`);
  }
}

/** The active stack is not there any more. */
export class ActiveStackError extends StepdockError {
  readonly code = "not_found";

  constructor({ message }: UnknownStackError, source: Source) {
    const place = source === "config" ? "`stack` of stepdock.config.ts names it" : "It is the active one";
    super(`${message} ${place}: choose another with \`stepdock stack set NAME\`, or name one with --stack.`);
  }
}

/** A stack of a run, a component of it, or a flavor, is not there any more. */
export class RunStackError extends StepdockError {
  readonly code = "not_found";

  constructor({ id, name }: { readonly id: string; readonly name: string }, cause: Error) {
    super(
      `${cause.message} Run ${name} (${id}) was begun with it: declare or register it again under that name. ` +
        "Or give the run up: `stepdock clean` removes it, when it is old enough for that.",
      { cause },
    );
  }
}

/** A component that is asked for by a name that none of its type has. */
export class UnknownComponentError extends StepdockError {
  readonly code = "not_found";

  constructor(type: StackComponentType, name: string, names: readonly string[]) {
    super(`There is no ${wordsOf(type)} "${name}". ${known(name, names)}`);
  }
}

/** A flavor that is asked for by a name that none of its type has. */
export class UnknownFlavorError extends StepdockError {
  readonly code = "not_found";

  constructor(type: StackComponentType, name: string, flavors: readonly { readonly name: string }[]) {
    const names = flavors.map((flavor) => flavor.name);
    super(`There is no flavor "${name}" of ${wordsOf(type)}s. ${known(name, names)}`);
  }
}

/** Something that is no flavor, or a flavor that cannot be registered. */
export class FlavorError extends StepdockError {
  readonly code = "flavor_invalid";

  static notOne(place: string, problem: string): FlavorError {
    return new FlavorError(
      `${place} is no flavor: ${problem}. A flavor is { name, type, configSchema, create }, such as the guide has.`,
    );
  }

  static ofOtherType(place: string, is: StackComponentType, wanted: StackComponentType): FlavorError {
    return new FlavorError(
      `${place} is a flavor of ${wordsOf(is)}s, not of ${wordsOf(wanted)}s. ` +
        `Register it with \`stepdock ${commandOf(is)} flavor register\`.`,
    );
  }
}

/** A name that none of ours can have. */
export class NameError extends StepdockError {
  readonly code = "component_invalid";

  constructor(what: string, name: string) {
    super(
      `"${name}" cannot be the name of ${what}: it takes letters, digits, "_", "-" and ".", begins with a letter or a ` +
        "digit, and has at most 64 of them.",
    );
  }
}

/** A component's configuration is not what its flavor takes. */
export class ComponentConfigError extends StepdockError {
  readonly code = "component_invalid";

  static unknownKey(
    of: { type: StackComponentType; name: string; flavor: string },
    key: string,
    keys: readonly string[],
  ): ComponentConfigError {
    const has = keys.length === 0 ? "It has none." : `It has: ${keys.join(", ")}.${didYouMean(key, keys)}`;
    return new ComponentConfigError(
      `The flavor "${of.flavor}" has no setting "${key}", which ${wordsOf(of.type)} "${of.name}" gives. ${has}`,
    );
  }

  static invalid(
    of: { type: StackComponentType; name: string; flavor: string },
    told: string,
    cause: unknown,
  ): ComponentConfigError {
    return new ComponentConfigError(
      `The configuration of ${wordsOf(of.type)} "${of.name}" (flavor "${of.flavor}") is not valid: ` +
        `${told.replaceAll("\n", "; ").replace(/\.?$/, ".")}`,
      { cause },
    );
  }
}

/** One name is declared in several places. */
export class DuplicateNameError extends StepdockError {
  readonly code = "component_exists";

  /** `what`: `stack`, for instance; `command` deletes the one of the workspace. */
  constructor(what: string, name: string, sources: readonly Source[], command: string) {
    const registered = sources.includes("workspace");
    super(
      `There are two ${what}s "${name}": ${sources.map((source) => PLACES[source]).join(", and ")}. ` +
        (registered ? `Delete the last: ${command}` : `Rename the one in stepdock.config.ts.`),
    );
  }
}

/** A name that is to be registered, and is there already. */
export class NameTakenError extends StepdockError {
  readonly code = "component_exists";

  constructor(what: string, name: string, source: Source, hint = "Choose another name.") {
    super(
      `There is ${/^[aeiou]/.test(what) ? "an" : "a"} ${what} "${name}" already: ${PLACES[source]}. ${hint}`,
    );
  }
}

const PLACES: Readonly<Record<Source, string>> = {
  "built-in": "it is built in",
  config: "it is in stepdock.config.ts",
  workspace: "it is registered in the workspace",
};

/** Something that only the workspace's own can be asked for: to be changed, or deleted. */
export class ReadOnlyError extends StepdockError {
  readonly code = "usage";

  constructor(what: string, name: string, source: Source) {
    const why =
      source === "config" ? "it is declared in stepdock.config.ts: change it there" : PLACES[source];
    super(`The ${what} "${name}" cannot be changed here: ${why}.`);
  }
}

/** What is to be deleted is needed. */
export class InUseError extends StepdockError {
  readonly code = "component_in_use";

  /** `users` tells who: `stack "a"`, for instance. */
  static by(what: string, name: string, users: readonly string[]): InUseError {
    return new InUseError(
      `The ${what} "${name}" is in use, so it was not deleted: ${users.join(", ")} ${users.length === 1 ? "has" : "have"} it. ` +
        "Delete or change those first.",
    );
  }

  static active(name: string): InUseError {
    return new InUseError(
      `The stack "${name}" is the active one, so it was not deleted. Choose another first: stepdock stack set NAME`,
    );
  }
}

/** The components of a stack do not suit each other. */
export class StackValidationError extends StepdockError {
  readonly code = "stack_invalid";

  static missing(
    stack: string,
    { type, name }: { type: StackComponentType; name: string },
    missing: StackComponentType,
  ): StackValidationError {
    return new StackValidationError(
      `Stack "${stack}" has no ${wordsOf(missing)}, which its ${wordsOf(type)} "${name}" needs. Give it one: ` +
        `\`stepdock ${commandOf(missing)} list\` tells those there are, \`stepdock ${commandOf(missing)} register\` adds another.`,
    );
  }

  static refused(stack: string, component: string, problem: string): StackValidationError {
    return new StackValidationError(
      `Stack "${stack}" does not suit its component "${component}": ${problem}`,
    );
  }
}

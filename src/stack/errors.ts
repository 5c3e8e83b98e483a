import { StepdockError } from "../errors/error.ts";
import { didYouMean } from "../util/nearest.ts";
import type { StackComponentType } from "./component.ts";
import { aWordsOf, commandOf, wordsOf } from "./component-words.ts";

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

  static taken({ type, name }: { type: StackComponentType; name: string }, source: string): FlavorError {
    return new FlavorError(
      `There is a flavor "${name}" of ${wordsOf(type)}s already (${source}). Give this one another name.`,
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
        `${told.replaceAll("\n", "; ")}.`,
      { cause },
    );
  }
}

/** One name is declared both in the configuration file and in the workspace. */
export class DuplicateNameError extends StepdockError {
  readonly code = "component_exists";

  static component({ type, name }: { type: StackComponentType; name: string }): DuplicateNameError {
    return new DuplicateNameError(
      `There are two ${wordsOf(type)}s "${name}": one in stepdock.config.ts, one registered in the workspace. ` +
        `Rename the first, or delete the second: stepdock ${commandOf(type)} delete ${name}`,
    );
  }

  static stack({ name }: { name: string }): DuplicateNameError {
    return new DuplicateNameError(
      `There are two stacks "${name}": one in stepdock.config.ts, one registered in the workspace. ` +
        `Rename the first, or delete the second: stepdock stack delete ${name}`,
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
      `Stack "${stack}" has no ${wordsOf(missing)}, which its ${wordsOf(type)} "${name}" needs. Register ` +
        `${aWordsOf(missing)} (\`stepdock ${commandOf(missing)} list\` tells those there are), and a stack with it.`,
    );
  }

  static refused(stack: string, component: string, problem: string): StackValidationError {
    return new StackValidationError(
      `Stack "${stack}" does not suit its component "${component}": ${problem}`,
    );
  }
}

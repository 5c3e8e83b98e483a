import { StepdockError } from "../../errors/error.ts";
import type { Invocation } from "../../model/index.ts";

/** A volume or tmpfs that would hide what a step's container needs. */
export class MountError extends StepdockError {
  readonly code = "settings_invalid";
}

/** Path in the container → what it is for. */
export type NeededPaths = Readonly<Record<string, string>>;

/**
 * Refuses what would be mounted at or in a needed path. Around one it does no harm: the engine mounts by depth, so that
 * what is needed comes later, as it does for a workspace in `/tmp`.
 */
export const checkMounts = (invocations: readonly Invocation[], needed: NeededPaths): void => {
  for (const { id, settings } of invocations) {
    for (const kind of ["volumes", "tmpfs"] as const) {
      for (const target of Object.keys(settings.run?.[kind] ?? {})) {
        const [, purpose] = Object.entries(needed).find(([path]) => isAtOrIn(target, path)) ?? [];
        if (purpose) throw shadows({ id, kind, target, purpose });
      }
    }
  }
};

const isAtOrIn = (target: string, path: string): boolean => target === path || target.startsWith(`${path}/`);

const shadows = ({ id, kind, target, purpose }: Record<"id" | "kind" | "target" | "purpose", string>) =>
  new MountError(
    `Step "${id}" has "settings.run.${kind}.${target}", which would hide ${purpose} from it. Mount it at another path.`,
  );

/** Whose outputs stand in the memory that all programs share. */

/** Somebody who ran a program and may still ask for its outputs. */
export interface Tenant {
  /** Copies the outputs out: their memory is about to be used for something else. */
  save(): void;
}

let tenant: Tenant | undefined;

/** Called before each run: the tenant of the run before copies out what it has left in memory. */
export function moveIn(next: Tenant | undefined): void {
  if (tenant !== next) tenant?.save();
  tenant = next;
}

/** Called before a program is given up, or a variable's memory overwritten or freed: outputs may stand there. */
export function saveOutputs(): void {
  tenant?.save();
}

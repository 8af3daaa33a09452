/** Programs with a clock between their kernels: not shared, not kept, and built for one layout with its origins. */
import type { HostArray } from "../base/dtype.ts";
import type { Block, Input, KernelFacts, Lap, TimedExecutable } from "../backends/backend.ts";
import { currentBackend } from "./engine.ts";
import { moveIn, saveOutputs, type Tenant } from "./outputs.ts";
import { withRoom } from "./places.ts";
import type { Runnable } from "./programs.ts";
import { templateOf, type Layout } from "./structure.ts";

export class TimedProgram implements Runnable {
  readonly #executable: TimedExecutable;

  /** Compiles for the current backend. Errors: PL7001. */
  constructor(layout: Layout) {
    const { graph, inputs } = templateOf(layout);
    this.#executable = withRoom(() => currentBackend().buildTimed(graph, inputs));
  }

  get kernels(): readonly KernelFacts[] {
    return this.#executable.kernels;
  }

  get clock(): number {
    return this.#executable.clock;
  }

  /** What the kernels took since this was last asked. */
  laps(): readonly Lap[] {
    return this.#executable.laps();
  }

  reserve(): void {
    moveIn(undefined);
    withRoom(() => this.#executable.reserve());
  }

  run(inputs: readonly Input[], assigned: readonly Block[], tenant?: Tenant): number {
    moveIn(tenant);
    return withRoom(() => this.#executable.run(inputs, assigned));
  }

  output(k: number): HostArray {
    return this.#executable.output(k);
  }

  dispose(): void {
    saveOutputs();
    this.#executable.dispose();
  }
}

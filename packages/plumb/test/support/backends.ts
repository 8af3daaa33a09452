/** The backends that the contract tests compare with the interpreter. */
import type { Backend } from "../../src/backends/backend.ts";
import type { Input } from "../../src/backends/backend.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import type { HostArray } from "../../src/base/dtype.ts";
import type { Node } from "../../src/graph/node.ts";
import { topological } from "../../src/graph/order.ts";

export interface TestBackend {
  readonly name: string;
  /** The values of `roots`, compiled together into one program and run once. */
  readonly evaluate: (roots: Node[]) => HostArray[];
}

/** A backend that runs each program `runs` times and gives what the last one left. */
export function testBackend(name: string, backend: Backend, runs = 1): TestBackend {
  return {
    name,
    evaluate(roots) {
      const leaves = topological(roots).filter(
        (node) => node.op.kind === "source" && node.op.form === "bound",
      );
      const program = backend.build({ outputs: roots, effects: [] }, leaves);
      for (let i = 0; i < runs; i++) program.run(leaves.map(valueOf), []);
      const results = roots.map((_, k) => program.output(k));
      program.dispose();
      return results;
    },
  };
}

function valueOf({ binding }: Node): Input {
  if (binding?.kind === "data") return binding.data;
  if (binding?.kind === "scalar") return binding.value;
  throw new Error("a test graph has data and scalars for leaves");
}

/** The compiler as it is, and with each pass left out: simplified and fused programs equal the plain ones. */
export const backends: readonly TestBackend[] = [
  testBackend("wasm", wasmBackend()),
  testBackend("wasm, not simplified", wasmBackend({ simplify: false })),
  testBackend("wasm, not fused", wasmBackend({ fuse: false })),
];

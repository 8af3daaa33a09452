import { memoryUsage } from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { PlumbError } from "../base/errors.ts";
import type { Backend } from "../backends/backend.ts";
import { wasmBackend } from "../backends/wasm/wasm-backend.ts";
import { compile, currentBackend, setBackend, tensor, trace, Variable, type Tensor } from "./index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const usual = currentBackend();
afterEach(() => setBackend(usual));

/** A backend whose blocks for values, and the work memory of a run, may take so many bytes together. */
function small(capacity: number, work = 0): { backend: Backend; used: () => number; written: () => number } {
  const inner = wasmBackend();
  let used = 0;
  let written = 0;
  const need = (bytes: number): void => {
    if (used + bytes <= capacity) return;
    throw new PlumbError("PL7001", { asked: `${bytes} bytes`, why: "it is full", fix: "use less" });
  };
  const backend: Backend = {
    name: "small",
    threads: 1,
    room: 0,
    get used() {
      return used;
    },
    allocate(bytes) {
      need(bytes);
      used += bytes;
      return inner.allocate(bytes);
    },
    free(block) {
      used -= block.bytes;
      inner.free(block);
    },
    write(block, data, dtype) {
      written++;
      inner.write(block, data, dtype);
    },
    copy: (from, to) => inner.copy(from, to),
    read: (block, dtype, length, from) => inner.read(block, dtype, length, from),
    buildTimed: (graph, inputs) => inner.buildTimed(graph, inputs),
    build(graph, inputs) {
      const executable = inner.build(graph, inputs);
      return {
        bytes: executable.bytes,
        workBytes: work,
        reserve: () => need(work),
        run(values, assigned) {
          need(work);
          return executable.run(values, assigned);
        },
        output: (k) => executable.output(k),
        dispose: () => executable.dispose(),
      };
    },
  };
  return { backend, used: () => used, written: () => written };
}

const values = (x: Tensor | Variable): number[] => Array.from(x.dataSync());
const megabyte = (value: number): Variable => new Variable(new Float32Array(2 ** 18).fill(value));

describe("where memory runs out", () => {
  it("values that were not used lately make room, and come back when they are needed", () => {
    const { backend, used } = small(4 * 2 ** 20);
    setBackend(backend);
    const variables = Array.from({ length: 12 }, (_, i) => megabyte(i).assignAdd(1));
    expect(used()).toBeLessThanOrEqual(4 * 2 ** 20);
    expect(variables.map((variable) => variable.gather([0, 99]).sum().itemSync())).toEqual(
      variables.map((_, i) => 2 * (i + 1)),
    );
    for (const variable of variables) variable.assignAdd(1);
    expect(variables.map((variable) => variable.max().itemSync())).toEqual(variables.map((_, i) => i + 2));
    for (const variable of variables) variable.dispose();
    expect(used()).toBe(0);
  });

  it("the one that was used longest ago goes first", () => {
    const { backend, written } = small(3 * 2 ** 20);
    setBackend(backend);
    const [a, b, c] = [1, 2, 3].map((i) => megabyte(i).assignAdd(1));
    a.assignAdd(1);
    const d = megabyte(4).assignAdd(1); // in the place of b
    const before = written();
    for (const variable of [a, c, d]) variable.assignAdd(1);
    expect(written()).toBe(before);
    b.assignAdd(1);
    expect(written()).toBe(before + 1);
    expect([a, b, c, d].map((variable) => variable.min().itemSync())).toEqual([4, 4, 5, 6]);
  });

  it("those of the program that is about to run stay, and an error tells when they are too many", () => {
    setBackend(small(3 * 2 ** 20).backend);
    const [a, b, c, d] = [1, 2, 3, 4].map(megabyte);
    const mix = compile((x: Variable, y: Variable, z: Variable) => x.assign(y.add(z)));
    for (let i = 0; i < 3; i++) {
      mix(a, b, c);
      mix(d, a, c);
    }
    expect([a, d].map((variable) => variable.max().itemSync())).toEqual([5, 8]);
    expect(() => compile(() => a.assign(b.add(c).add(d)))()).toThrow(/PL7001/);
    expect([a, b, c, d].map((variable) => variable.max().itemSync())).toEqual([5, 2, 3, 8]);
  });

  it("they make room for the work of a run, and for what is reserved", () => {
    setBackend(small(4 * 2 ** 20, 2 * 2 ** 20).backend);
    const variables = [1, 2, 3, 4].map((i) => megabyte(i));
    for (const variable of variables) variable.assign(new Float32Array(2 ** 18).fill(7)); // no program runs
    expect(values(tensor([1, 2]).add(1))).toEqual([2, 3]);
    for (const variable of variables) variable.assign(new Float32Array(2 ** 18).fill(9));
    const total = trace(() => variables[0].sum(), []);
    total.reserve();
    total.run();
    expect(Array.from(total.output(0))).toEqual([9 * 2 ** 18]);
    expect(variables.map((variable) => variable.min().itemSync())).toEqual([9, 9, 9, 9]);
  });

  it("values of variables that nobody knows are not kept, not even until the event loop turns", () => {
    setBackend(small(8 * 2 ** 20).backend);
    const before = memoryUsage().arrayBuffers;
    for (let i = 0; i < 100; i++) megabyte(i).assignAdd(1);
    collect();
    expect(memoryUsage().arrayBuffers - before).toBeLessThan(20 * 2 ** 20);
  });

  it("an output that is a variable's new value is copied out before the variable goes", () => {
    setBackend(small(2 ** 20).backend);
    const a = megabyte(1);
    const program = trace(() => a.assignAdd(1).read(), []);
    program.run();
    megabyte(5).assignAdd(1);
    expect(program.output(0)[5]).toBe(2);
    expect(a.max().itemSync()).toBe(2);
  });
});

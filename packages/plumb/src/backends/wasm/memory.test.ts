import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import type { Block } from "../backend.ts";
import { EngineMemory } from "./memory.ts";

it("blocks never overlap, start on cache lines, and all of it comes back", () => {
  const request = fc.oneof(
    fc.record({ bytes: fc.integer({ min: 0, max: 200_000 }) }),
    fc.record({ free: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(request, { maxLength: 80 }), (requests) => {
      const memory = new EngineMemory();
      const held: Block[] = [];
      for (const item of requests) {
        if ("bytes" in item) {
          const block = memory.allocate(item.bytes);
          expect(block.address % 64).toBe(0);
          expect(block.address + block.bytes + 64).toBeLessThanOrEqual(memory.memory.buffer.byteLength);
          for (const other of held) {
            const apart =
              block.address >= other.address + other.bytes || other.address >= block.address + block.bytes;
            expect(apart).toBe(true);
          }
          held.push(block);
        } else if (held.length > 0) {
          memory.release(held.splice(item.free % held.length, 1)[0]);
        }
      }
      for (const block of held) memory.release(block);
      expect(memory.used).toBe(0);
      const whole = memory.memory.buffer.byteLength;
      memory.allocate(whole - 128);
      expect(memory.memory.buffer.byteLength).toBe(whole);
    }),
    { numRuns: 60 },
  );
});

it("releasing twice, or what was never allocated, changes nothing", () => {
  const memory = new EngineMemory();
  const block = memory.allocate(100);
  memory.release(block);
  memory.release(block);
  memory.release({ address: 0, bytes: 0 });
  expect(memory.used).toBe(0);
});

it("keeps values when it grows", () => {
  const memory = new EngineMemory();
  const block = memory.allocate(16);
  memory.floats[block.address / 4] = 7;
  memory.allocate(4 * 2 ** 20);
  expect(memory.floats[block.address / 4]).toBe(7);
});

it("says what is asked and what there is when the host gives no more", () => {
  const memory = new EngineMemory();
  expect(() => memory.allocate(5e9)).toThrow(/PL7001.*5000000000 bytes.*smaller batch/);
  expect(memory.allocate(100).bytes).toBe(100);
});

it("asks for less where the host does not set so much aside, and ends there", () => {
  const { Memory } = WebAssembly;
  onTestFinished(() => void (WebAssembly.Memory = Memory));
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: boolean }) {
      if (descriptor.maximum > 2_000) throw new RangeError("no address space left");
      super(descriptor);
    }
  };
  expect(() => new EngineMemory({ shared: true }).allocate(2 ** 27)).toThrow(/PL7001/);
  const memory = new EngineMemory({ shared: true });
  const block = memory.allocate(2 ** 24);
  memory.floats[block.address / 4] = 7;
  expect(memory.floats.slice(block.address / 4).at(0)).toBe(7);
  expect(memory.room).toBe(2 ** 26 - memory.used);
});

/**
 * The vocabulary of Wasm lines (`Lanes` in graph/op.ts), spoken in WebAssembly: every operation appends its instructions
 * to a function and leaves its result in a local. V8 turns locals into registers, so their number costs nothing.
 */
import type { DType } from "../../base/dtype.ts";
import type { Lanes } from "../../graph/op.ts";
import type { CodeWriter, FunctionBuilder, Opcode } from "./encoder.ts";

/**
 * Four elements. 32-bit dtypes fill one vector; a float64 value is two, elements 0 and 1 in `local`, 2 and 3 in `high`.
 */
export interface Lane {
  readonly dtype: DType;
  readonly local: number;
  readonly high?: number;
}

const nothing: Lane = { dtype: "float32", local: -1 };

/**
 * The constants of a module, held in memory: `v128.const` in a loop is made anew at every use, which costs three to six
 * times as much as a vector loaded once into a local. Equal bits are stored once.
 */
export class ConstantPool {
  readonly #emitBase: (f: CodeWriter) => void;
  readonly #words: number[] = [];
  readonly #offsets = new Map<string, number>();

  /** `emitBase` pushes the address at which `bytes()` will lie, so that the module need not know it. */
  constructor(emitBase: (f: CodeWriter) => void) {
    this.#emitBase = emitBase;
  }

  emitBase(f: CodeWriter): void {
    this.#emitBase(f);
  }

  /** The byte offset of 32 bits. */
  add(bits32: number): number {
    return this.#place(`${bits32 | 0}`, [bits32]);
  }

  /** The byte offset of four words. */
  addVector(words: readonly number[]): number {
    return this.#place(`v ${words.join()}`, [...words]);
  }

  /** The byte offset of a float64. */
  add64(value: number): number {
    const words = new Uint32Array(Float64Array.of(value).buffer);
    return this.#place(words.join(), [...words]);
  }

  #place(key: string, words: number[]): number {
    const known = this.#offsets.get(key);
    if (known !== undefined) return known;
    if (words.length === 2 && this.#words.length % 2 === 1) this.#words.push(0);
    const offset = 4 * this.#words.length;
    this.#words.push(...words);
    this.#offsets.set(key, offset);
    return offset;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Uint32Array.from(this.#words).buffer);
  }
}

/** The instruction for each dtype that knows the operation. */
type ByDType = Partial<Readonly<Record<DType, Opcode>>>;

const floats = (name: string): ByDType => ({
  float32: `f32x4.${name}` as Opcode,
  float64: `f64x2.${name}` as Opcode,
});
const numbers = (name: string): ByDType => ({ ...floats(name), int32: `i32x4.${name}` as Opcode });
/** Booleans are masks: as unsigned numbers, true is the greater. */
const compared = (name: string): ByDType => ({
  ...floats(name),
  int32: `i32x4.${name}_s` as Opcode,
  bool: `i32x4.${name}_u` as Opcode,
});
const bitwise = (name: Opcode): ByDType => ({ float32: name, int32: name, bool: name });

const opcodes = {
  add: numbers("add"),
  sub: numbers("sub"),
  mul: numbers("mul"),
  div: floats("div"),
  neg: numbers("neg"),
  abs: numbers("abs"),
  sqrt: floats("sqrt"),
  min: { ...floats("min"), int32: "i32x4.min_s" },
  max: { ...floats("max"), int32: "i32x4.max_s" },
  pmin: { ...floats("pmin"), int32: "i32x4.min_s" },
  pmax: { ...floats("pmax"), int32: "i32x4.max_s" },
  minUnsigned: { int32: "i32x4.min_u" },
  maxUnsigned: { int32: "i32x4.max_u" },
  floor: floats("floor"),
  ceil: floats("ceil"),
  trunc: floats("trunc"),
  nearest: floats("nearest"),
  equal: { ...numbers("eq"), bool: "i32x4.eq" },
  notEqual: { ...numbers("ne"), bool: "i32x4.ne" },
  less: compared("lt"),
  lessEqual: compared("le"),
  greater: compared("gt"),
  greaterEqual: compared("ge"),
  and: bitwise("v128.and"),
  or: bitwise("v128.or"),
  xor: bitwise("v128.xor"),
  andNot: bitwise("v128.andnot"),
  not: bitwise("v128.not"),
  shiftLeft: { int32: "i32x4.shl" },
  shiftRightSigned: { int32: "i32x4.shr_s" },
  shiftRightUnsigned: { int32: "i32x4.shr_u" },
} as const satisfies Record<string, ByDType>;

type Operation = keyof typeof opcodes;

/** Byte selectors for `i8x16.shuffle`, in 32-bit words of two operands: 0-3 of the first, 4-7 of the second. */
const words = (...picked: number[]): number[] =>
  picked.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte));
const upperHalf = words(2, 3, 2, 3);
const lowerHalves = words(0, 1, 4, 5);
const evenWords = words(0, 2, 4, 6);

const bits32 = new DataView(new ArrayBuffer(4));
const floatBits = (value: number): number => {
  bits32.setFloat32(0, value);
  return bits32.getInt32(0);
};

export class WasmLanes implements Lanes<Lane> {
  readonly fused: boolean;
  readonly #f: FunctionBuilder;
  readonly #pool: ConstantPool;
  readonly #constants = new Map<string, number>();
  #poolBase: number | undefined;
  /** Locals handed out and not given back, in order. */
  readonly #taken: number[] = [];
  /** Locals handed out since the body of the innermost loop began. */
  #inBody = new Set<number>();
  /** A local that is never set: zeros. */
  #zeros: number | undefined;

  /** `fused` says that relaxed SIMD exists and its multiply-add rounds once: probe, never assume. */
  constructor(f: FunctionBuilder, constants: ConstantPool, options: { readonly fused: boolean }) {
    this.#f = f;
    this.#pool = constants;
    this.fused = options.fused;
  }

  // Places

  #vector(): number {
    const local = this.#f.local("v128");
    this.#taken.push(local);
    this.#inBody.add(local);
    return local;
  }

  /** A value in new locals, to be set by the caller. */
  fresh(dtype: DType): Lane {
    const local = this.#vector();
    return dtype === "float64" ? { dtype, local, high: this.#vector() } : { dtype, local };
  }

  /** Gives back all locals taken while `body` ran, but for those of the value it returns. */
  scope(body: () => Lane): Lane {
    const mark = this.#taken.length;
    const result = body();
    for (const local of this.#taken.splice(mark)) {
      if (local === result.local || local === result.high) this.#taken.push(local);
      else this.#f.release(local);
    }
    return result;
  }

  /**
   * The body of a loop, which leaves no value to the next round but in locals taken before. It says so in the end: V8 hands
   * every local that a loop sets from round to round, read or not, and takes each for a use of the vector in it, which
   * keeps it from making one wide vector of two.
   */
  body(write: () => void): void {
    const outer = this.#inBody;
    this.#inBody = new Set();
    this.scope(() => {
      write();
      return nothing;
    });
    const zeros = (this.#zeros ??= this.#f.prologue.local("v128"));
    for (const local of this.#inBody) {
      this.#f.get(zeros).set(local);
      outer.add(local);
    }
    this.#inBody = outer;
  }

  /** The first element in all four: what V8 knows to be the same in two vectors, whatever it was computed with. */
  splat(a: Lane): Lane {
    if (a.dtype === "float64") return a;
    const shape = a.dtype === "float32" ? "f32x4" : "i32x4";
    const local = this.#vector();
    this.#f.get(a.local).lane(`${shape}.extract_lane`, 0).op(`${shape}.splat`).set(local);
    return { dtype: a.dtype, local };
  }

  dtype(a: Lane): DType {
    return a.dtype;
  }

  // Constants

  constant(value: number, dtype: DType): Lane {
    if (dtype === "float64") {
      const local = this.#hoisted("v128.load64_splat", this.#pool.add64(value));
      return { dtype, local, high: local };
    }
    const bits = dtype === "float32" ? floatBits(value) : dtype === "bool" ? -Number(value !== 0) : value | 0;
    return { dtype, local: this.#hoisted("v128.load32_splat", this.#pool.add(bits)) };
  }

  /** Four whole numbers. */
  integers(values: readonly number[]): Lane {
    return { dtype: "int32", local: this.#hoisted("v128.load", this.#pool.addVector(values)) };
  }

  #hoisted(load: "v128.load" | "v128.load32_splat" | "v128.load64_splat", offset: number): number {
    const key = `${load} ${offset}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const { prologue } = this.#f;
    if (this.#poolBase === undefined) {
      this.#poolBase = prologue.local("i32");
      this.#pool.emitBase(prologue);
      prologue.set(this.#poolBase);
    }
    const local = prologue.local("v128");
    prologue.get(this.#poolBase).load(load, offset).set(local);
    this.#constants.set(key, local);
    return local;
  }

  // Emission

  #opcode(operation: Operation, dtype: DType): Opcode {
    const opcode = (opcodes[operation] as ByDType)[dtype];
    if (opcode === undefined) throw new Error(`${operation} is not defined for ${dtype}`);
    return opcode;
  }

  /** One vector from vectors. */
  #emit(opcode: Opcode, a: number, b?: number, c?: number): number {
    this.#f.get(a);
    if (b !== undefined) this.#f.get(b);
    if (c !== undefined) this.#f.get(c);
    const result = this.#vector();
    this.#f.op(opcode).set(result);
    return result;
  }

  #shuffle(a: number, b: number, bytes: readonly number[]): number {
    const result = this.#vector();
    this.#f.get(a).get(b).shuffle(bytes).set(result);
    return result;
  }

  /** The same instruction on each vector of the operands. */
  #apply(operation: Operation, dtype: DType, a: Lane, b?: Lane): Lane {
    const opcode = this.#opcode(operation, a.dtype);
    const local = this.#emit(opcode, a.local, b?.local);
    if (a.dtype !== "float64") return { dtype, local };
    return { dtype, local, high: this.#emit(opcode, highOf(a), b && highOf(b)) };
  }

  #unary(operation: Operation, a: Lane): Lane {
    return this.#apply(operation, a.dtype, a);
  }

  #binary(operation: Operation, a: Lane, b: Lane): Lane {
    return this.#apply(operation, a.dtype, a, b);
  }

  /** Masks of doubles are 64 bits wide; the even words of both halves make one mask of four. */
  #compare(operation: Operation, a: Lane, b: Lane): Lane {
    const mask = this.#apply(operation, "bool", a, b);
    if (a.dtype !== "float64") return mask;
    return { dtype: "bool", local: this.#shuffle(mask.local, highOf(mask), evenWords) };
  }

  #shift(operation: Operation, a: Lane, count: number): Lane {
    const local = this.#vector();
    this.#f.get(a.local).i32(count).op(this.#opcode(operation, a.dtype)).set(local);
    return { dtype: a.dtype, local };
  }

  /** Whole numbers already. */
  #round(operation: Operation, a: Lane): Lane {
    return a.dtype === "int32" ? a : this.#unary(operation, a);
  }

  // Arithmetic

  add(a: Lane, b: Lane): Lane {
    return this.#binary("add", a, b);
  }
  sub(a: Lane, b: Lane): Lane {
    return this.#binary("sub", a, b);
  }
  mul(a: Lane, b: Lane): Lane {
    return this.#binary("mul", a, b);
  }
  div(a: Lane, b: Lane): Lane {
    return this.#binary("div", a, b);
  }
  fma(a: Lane, b: Lane, c: Lane): Lane {
    if (!this.fused || a.dtype !== "float32") return this.add(this.mul(a, b), c);
    return { dtype: "float32", local: this.#emit("f32x4.relaxed_madd", a.local, b.local, c.local) };
  }
  neg(a: Lane): Lane {
    return this.#unary("neg", a);
  }
  abs(a: Lane): Lane {
    return this.#unary("abs", a);
  }
  sqrt(a: Lane): Lane {
    return this.#unary("sqrt", a);
  }
  min(a: Lane, b: Lane): Lane {
    return this.#binary("min", a, b);
  }
  max(a: Lane, b: Lane): Lane {
    return this.#binary("max", a, b);
  }
  pmin(a: Lane, b: Lane): Lane {
    return this.#binary("pmin", a, b);
  }
  pmax(a: Lane, b: Lane): Lane {
    return this.#binary("pmax", a, b);
  }
  minUnsigned(a: Lane, b: Lane): Lane {
    return this.#binary("minUnsigned", a, b);
  }
  maxUnsigned(a: Lane, b: Lane): Lane {
    return this.#binary("maxUnsigned", a, b);
  }
  floor(a: Lane): Lane {
    return this.#round("floor", a);
  }
  ceil(a: Lane): Lane {
    return this.#round("ceil", a);
  }
  trunc(a: Lane): Lane {
    return this.#round("trunc", a);
  }
  nearest(a: Lane): Lane {
    return this.#round("nearest", a);
  }

  // Comparisons and choice

  equal(a: Lane, b: Lane): Lane {
    return this.#compare("equal", a, b);
  }
  notEqual(a: Lane, b: Lane): Lane {
    return this.#compare("notEqual", a, b);
  }
  less(a: Lane, b: Lane): Lane {
    return this.#compare("less", a, b);
  }
  lessEqual(a: Lane, b: Lane): Lane {
    return this.#compare("lessEqual", a, b);
  }
  greater(a: Lane, b: Lane): Lane {
    return this.#compare("greater", a, b);
  }
  greaterEqual(a: Lane, b: Lane): Lane {
    return this.#compare("greaterEqual", a, b);
  }

  select(mask: Lane, a: Lane, b: Lane): Lane {
    const { dtype } = a;
    if (dtype !== "float64") return { dtype, local: this.#choose(mask.local, a.local, b.local) };
    const low = this.#emit("i64x2.extend_low_i32x4_s", mask.local);
    const high = this.#emit("i64x2.extend_high_i32x4_s", mask.local);
    return {
      dtype,
      local: this.#choose(low, a.local, b.local),
      high: this.#choose(high, highOf(a), highOf(b)),
    };
  }

  /** Where relaxed SIMD exists its lane select is one blend instead of three; whole-lane masks make both agree. */
  #choose(mask: number, a: number, b: number): number {
    return this.#emit(this.fused ? "i32x4.relaxed_laneselect" : "v128.bitselect", a, b, mask);
  }

  // Bits

  and(a: Lane, b: Lane): Lane {
    return this.#binary("and", a, b);
  }
  or(a: Lane, b: Lane): Lane {
    return this.#binary("or", a, b);
  }
  xor(a: Lane, b: Lane): Lane {
    return this.#binary("xor", a, b);
  }
  andNot(a: Lane, b: Lane): Lane {
    return this.#binary("andNot", a, b);
  }
  not(a: Lane): Lane {
    return this.#unary("not", a);
  }
  shiftLeft(a: Lane, count: number): Lane {
    return this.#shift("shiftLeft", a, count);
  }
  shiftRightSigned(a: Lane, count: number): Lane {
    return this.#shift("shiftRightSigned", a, count);
  }
  shiftRightUnsigned(a: Lane, count: number): Lane {
    return this.#shift("shiftRightUnsigned", a, count);
  }
  bitcast(a: Lane, dtype: DType): Lane {
    if (a.dtype === "float64" || dtype === "float64") throw new Error("bitcast is not defined for float64");
    return { dtype, local: a.local };
  }

  // Conversions

  convert(a: Lane, dtype: DType): Lane {
    if (a.dtype === dtype) return a;
    if (dtype === "bool") return this.notEqual(a, this.constant(0, a.dtype));
    if (a.dtype === "bool") return this.convert(this.#zeroOrOne(a), dtype);
    const route = `${a.dtype} ${dtype}` as Route;
    if (dtype === "float64") return this.#widen(widening[route as keyof typeof widening], a);
    if (a.dtype === "float64") return this.#narrow(narrowing[route as keyof typeof narrowing], a, dtype);
    return { dtype, local: this.#emit(sameWidth[route as keyof typeof sameWidth], a.local) };
  }

  #zeroOrOne(mask: Lane): Lane {
    return this.shiftRightUnsigned(this.bitcast(mask, "int32"), 31);
  }

  #widen(opcode: Opcode, a: Lane): Lane {
    const local = this.#emit(opcode, a.local);
    return { dtype: "float64", local, high: this.#emit(opcode, this.#shuffle(a.local, a.local, upperHalf)) };
  }

  #narrow(opcode: Opcode, a: Lane, dtype: DType): Lane {
    const low = this.#emit(opcode, a.local);
    return { dtype, local: this.#shuffle(low, this.#emit(opcode, highOf(a)), lowerHalves) };
  }
}

type Route = `${DType} ${DType}`;
const widening = {
  "float32 float64": "f64x2.promote_low_f32x4",
  "int32 float64": "f64x2.convert_low_i32x4_s",
} as const satisfies Partial<Record<Route, Opcode>>;
const narrowing = {
  "float64 float32": "f32x4.demote_f64x2_zero",
  "float64 int32": "i32x4.trunc_sat_f64x2_s_zero",
} as const satisfies Partial<Record<Route, Opcode>>;
const sameWidth = {
  "float32 int32": "i32x4.trunc_sat_f32x4_s",
  "int32 float32": "f32x4.convert_i32x4_s",
} as const satisfies Partial<Record<Route, Opcode>>;

function highOf(a: Lane): number {
  if (a.high === undefined) throw new Error(`a ${a.dtype} value has no upper half`);
  return a.high;
}

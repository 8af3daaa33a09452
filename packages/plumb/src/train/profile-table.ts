/** A profile as a table. */
import type { KernelProfile } from "./profile-kernels.ts";
import type { MachineSpeed, Speed } from "./profile-machine.ts";
import type { Profile } from "./profile.ts";

/** The widest that a line may be. */
const width = 110;
/** Kernels with a smaller share are told together. */
const leastShare = 0.001;
/** Milliseconds of a step below which times are told in microseconds. */
const shortStep = 2;

interface Column {
  readonly head: string;
  readonly of: (kernel: KernelProfile) => string;
}

export function profileTable(profile: Profile): string {
  const { kernels, outside, timed, step, notes } = profile;
  const short = step < shortStep;
  const time = (milliseconds: number): string => digits(short ? 1000 * milliseconds : milliseconds);
  const unit = short ? "µs" : "ms";
  const shared = kernels.some(({ threads }) => threads > 1);
  const told = kernels.filter(({ share }) => share >= leastShare);
  const columns: readonly Column[] = [
    { head: "share", of: ({ share }) => percent(share) },
    { head: unit, of: ({ milliseconds }) => time(milliseconds) },
    { head: "calls", of: ({ calls }) => String(calls) },
    { head: "MB", of: ({ bytesRead, bytesWritten }) => digits((bytesRead + bytesWritten) / 1e6) },
    { head: "GB/s", of: ({ gigabytesPerSecond }) => digits(gigabytesPerSecond) },
    { head: "GFLOP/s", of: ({ gigaflops }) => digits(gigaflops) },
    { head: "of peak", of: ({ ofPeak, bound }) => `${percent(ofPeak)} ${bound === "memory" ? "M" : "A"}` },
    ...(shared ? ofThreads : []),
    { head: "no.", of: (kernel) => String(told.indexOf(kernel) + 1) },
  ];
  const rest = kernels.filter(({ share }) => share < leastShare);
  const cells = told.map((kernel) => columns.map(({ of }) => of(kernel)));
  const widths = columns.map(({ head }, c) => Math.max(head.length, ...cells.map((row) => row[c].length)));
  const line = (row: readonly string[], last: string): string =>
    cut([...widths.map((space, c) => (row[c] ?? "").padStart(space)), last].join("  ").trimEnd());
  const sumLine = (milliseconds: number, what: string): string =>
    line([percent(milliseconds / timed), time(milliseconds)], what);
  return [
    ...wrapped(
      `A training step of "${profile.model}" with ${profile.rows} rows: ${time(step)} ${unit}` +
        ` (half of the steps: ${profile.quartiles.map(time).join(" … ")}), ${threadsOf(profile)}`,
    ),
    "",
    line(
      columns.map(({ head }) => head),
      "kernel",
    ),
    ...told.map((kernel, i) => line(cells[i], labelOf(kernel))),
    ...(rest.length > 0
      ? [sumLine(timeOf(rest), `${rest.length} more below ${percent(leastShare)} each`)]
      : []),
    "",
    sumLine(timeOf(kernels), `${kernels.length} kernels`),
    sumLine(outside, "JavaScript, which feeds and calls them"),
    sumLine(timed, "the step with a clock in it"),
    "",
    ...fusedLines(told),
    ...legend(profile, shared).flatMap((text) => wrapped(text)),
    `The clock took ${time(profile.clock)} ${unit} more, ${percent(profile.clock / timed)} of the step, which is taken off.`,
    ...wrapped(machineLine(profile.machine)),
    ...notes.flatMap((note) => wrapped(`Note: ${note}.`)),
  ].join("\n");
}

const ofThreads: readonly Column[] = [
  { head: "threads", of: ({ threads }) => String(threads) },
  { head: "wait", of: ({ waiting, milliseconds }) => percent(milliseconds > 0 ? waiting / milliseconds : 0) },
];

/** The ops of the kernels whose names do not say all of them; of kernels with the same ops in one line. */
function fusedLines(kernels: readonly KernelProfile[]): string[] {
  const numbers = new Map<string, number[]>();
  kernels.forEach(({ name, ops }, i) => {
    const named = new Set(name.split(/[+ ]/));
    if (ops.every((op) => named.has(op))) return;
    const key = ops.join(", ");
    numbers.set(key, [...(numbers.get(key) ?? []), i + 1]);
  });
  if (numbers.size === 0) return [];
  const lines = [...numbers].flatMap(([ops, of]) => wrapped(`${of.join(", ")}: ${ops}`, "  "));
  return [
    "Ops that kernels compute, where there are more than their names say, by their numbers:",
    ...lines,
    "",
  ];
}

function legend({ busy, threads }: Profile, shared: boolean): string[] {
  return [
    "kernel: what it is for (←: gradients), the ops whose results it leaves, and the extents of its loops.",
    "MB: read and written in a step, an element once in a call. GFLOP/s: 2 for a multiply-add, 1 for an addition.",
    "of peak: the time that this machine would need at best. A: for the arithmetic, M: to read and write.",
    ...(shared
      ? [
          `wait: of its time, waiting for other threads. The ${threads} threads computed ${percent(busy)} of the time.`,
        ]
      : []),
  ];
}

function machineLine({ threads, gigaflops, elementwise, bandwidth }: MachineSpeed): string {
  const both = ({ oneThread, allThreads }: Speed): string =>
    threads === 1 ? digits(oneThread) : `${digits(oneThread)} | ${digits(allThreads)}`;
  const sizes = bandwidth.map((tried) => `${both(tried)} (${tried.bytes / 2 ** 20} MiB)`);
  return (
    `This machine${threads === 1 ? "" : `, one thread | ${threads}`}: products ${both(gigaflops)} GFLOP/s,` +
    ` element-wise ${both(elementwise)} GFLOP/s, memory ${sizes.join(", ")} GB/s.`
  );
}

const threadsOf = ({ threads }: Profile): string => (threads === 1 ? "one thread" : `${threads} threads`);

const timeOf = (kernels: readonly KernelProfile[]): number =>
  kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);

/** `dense ←, optimizer: matmul+2 add+sub 512×784×128`. */
function labelOf({ parts, name, extents }: KernelProfile): string {
  const from = parts.map((part) => (part.backward ? `${part.name} ←` : part.name)).join(", ");
  return `${from === "" ? "" : `${from}: `}${shortened(name)} ${extents.join("×")}`;
}

/** `add+add+sub` as `2 add+sub`. */
function shortened(name: string): string {
  const runs: { op: string; times: number }[] = [];
  for (const op of name.split("+")) {
    const last = runs.at(-1);
    if (last?.op === op) last.times++;
    else runs.push({ op, times: 1 });
  }
  return runs.map(({ op, times }) => (times === 1 ? op : `${times} ${op}`)).join("+");
}

/** A text in lines, broken between words and indented. */
function wrapped(text: string, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width - indent.length) {
      lines.push(line);
      line = word;
    } else line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line].map((part) => indent + part);
}

const cut = (text: string): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;

/** Three digits: `0.012`, `1.23`, `12.3`, `1230`. */
function digits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  if (value >= 9.995) return value.toFixed(1);
  return value.toFixed(value >= 0.9995 ? 2 : 3);
}

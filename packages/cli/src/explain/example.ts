/** Examples as programs: with the lines that import what they use. */
import * as plumb from "plumb-ml";
import * as doctor from "plumb-ml/doctor";

/** Which names come from where. */
const doors: readonly (readonly [from: string, names: ReadonlySet<string>])[] = [
  ["plumb-ml", new Set(Object.keys(plumb))],
  ["plumb-ml/doctor", new Set(Object.keys(doctor))],
];

/** The example as it runs when it is saved as a file `.mjs` in a clone. */
export function program(example: string): string {
  const code = example.trim();
  const { used, declared } = namesIn(code);
  const imports = doors.flatMap(([from, names]) => {
    const taken = [...used].filter((name) => names.has(name) && !declared.has(name)).sort();
    return taken.length === 0 ? [] : [`import { ${taken.join(", ")} } from "${from}";`];
  });
  return `${[...imports, "", code].join("\n").trim()}\n`;
}

/** Words that stand for themselves, and those that are declared; not keys, members and what stands in quotes or comments. */
function namesIn(code: string): {
  readonly used: ReadonlySet<string>;
  readonly declared: ReadonlySet<string>;
} {
  const plain = code.replace(/\/\/.*$|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/gm, '""');
  const used = new Set(plain.match(/(?<![\w$.]|\.\.\.)[A-Za-z_$][\w$]*(?![\w$]|\s*:(?!:))/g));
  for (const [, spread] of plain.matchAll(/\.\.\.([A-Za-z_$][\w$]*)/g)) used.add(spread);
  const declared = new Set<string>();
  for (const [, one, several] of plain.matchAll(
    /\b(?:const|let|var|function|class)\s+(?:([\w$]+)|[[{]([^=]*)[\]}]\s*=)/g,
  ))
    for (const name of (one ?? several).split(/[^\w$:]+/)) declared.add(name.replace(/^.*:/, ""));
  for (const [, several, one] of plain.matchAll(/\(([^()]*)\)\s*=>|([\w$]+)\s*=>/g))
    for (const name of (several ?? one).split(/[^\w$]+/)) declared.add(name);
  return { used, declared };
}

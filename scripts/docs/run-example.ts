/** Runs an example of a docstring, and holds the numbers that its comments state against those that it gives. */
import * as plumb from "plumb-ml";
import * as doctor from "plumb-ml/doctor";
import ts from "typescript";

/** A statement whose comment states something else than what came out. */
export interface Difference {
  readonly code: string;
  readonly stated: string;
  readonly given: unknown;
}

/** What an example may take as given besides the library: made anew for each. */
export type Surroundings = Readonly<Record<string, () => unknown>>;

const library: Readonly<Record<string, unknown>> = { ...plumb, ...doctor };

/**
 * Runs the code of an example. A comment behind a statement, `// 0.75` or `// (1 + 2) / 2 = 1.5`, states its value:
 * numbers, truth values, strings and lists of them. `…` cuts a number off; four decimals and more are rounded.
 */
export async function runExample(code: string, surroundings: Surroundings): Promise<readonly Difference[]> {
  const { text, used, declared } = instrumented(code);
  const names = used.filter((name) => !declared.has(name) && (name in library || name in surroundings));
  const values = names.map((name) => (name in library ? library[name] : surroundings[name]()));
  const differences: Difference[] = [];
  const check = (statement: string, stated: string, given: unknown): void => {
    if (!agrees(stated, given)) differences.push({ code: statement, stated, given: plain(given) });
  };
  const script = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  }).outputText;
  await new AsyncFunction("$check", ...names, script)(check, ...values);
  return differences;
}

// eslint-disable-next-line no-empty-function
const AsyncFunction = async function () {}.constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<void>;

/** The example with a call behind each statement that has a comment, and the names in it. */
function instrumented(code: string): { text: string; used: string[]; declared: ReadonlySet<string> } {
  const file = ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true);
  const declared = new Set<string>();
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const parts = file.statements.map((statement) => {
    if (ts.isImportDeclaration(statement)) return "";
    if (ts.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations) namesIn(name, declared);
    if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name)
      declared.add(statement.name.text);
    const own = statement.getText();
    const comment = ts.getTrailingCommentRanges(code, statement.getEnd())?.[0];
    if (comment === undefined) return own;
    const stated = code.slice(comment.pos, comment.end).replace(/^\/\/\s*/, "");
    const told = JSON.stringify(own) + ", " + JSON.stringify(stated);
    if (ts.isExpressionStatement(statement)) {
      const { expression } = statement;
      // What is printed is what is meant.
      const printed =
        ts.isCallExpression(expression) && expression.expression.getText() === "console.log"
          ? expression.arguments.map((one) => one.getText()).join(", ")
          : expression.getText();
      return `$check(${told}, ${printed.includes(",") && printed !== expression.getText() ? `[${printed}]` : printed});`;
    }
    if (ts.isVariableStatement(statement)) {
      const bound = new Set<string>();
      for (const { name } of statement.declarationList.declarations) namesIn(name, bound);
      return `${own}\n$check(${told}, ${bound.size > 1 ? `[${[...bound].join(", ")}]` : [...bound][0]});`;
    }
    return own;
  });
  return { text: parts.join("\n"), used: [...used], declared };
}

function namesIn(name: ts.BindingName, into: Set<string>): void {
  if (ts.isIdentifier(name)) into.add(name.text);
  else for (const element of name.elements) if (ts.isBindingElement(element)) namesIn(element.name, into);
}

const one = String.raw`(?:[-−]?\d[\d.]*(?:e-?\d+)?…?|true|false|NaN|"[^"]*"|\[(?:[^\[\]]|\[[^\[\]]*\])*\])`;
const beginning = new RegExp(`^${one}(?:, ${one})*`);

/** Whether a value is the one that a comment states; a comment that states none agrees with anything. */
function agrees(comment: string, given: unknown): boolean {
  const stated = beginning.exec(comment.slice(comment.lastIndexOf(" = ") + 1).replace(/^= /, ""))?.[0];
  if (stated === undefined) return true;
  const wanted = stated.match(/[-−]?\d[\d.]*(?:e-?\d+)?…?|true|false|NaN|"[^"]*"/g) ?? [];
  const values = flat(plain(given));
  return wanted.length === values.length && wanted.every((text, i) => near(text, values[i]));
}

function near(text: string, value: unknown): boolean {
  if (typeof value === "string") return JSON.stringify(value) === text;
  if (typeof value === "boolean") return String(value) === text;
  if (text === "NaN" || typeof value !== "number") return Number.isNaN(value);
  const digits = text.replace("−", "-").replace("…", "");
  const stated = Number(digits);
  const decimals = /\.(\d*)/.exec(digits)?.[1].length ?? 0;
  const rounding = 1e-5 * Math.max(Math.abs(stated), 1e-3);
  if (text.endsWith("…")) {
    const beyond = Math.abs(value) - Math.abs(stated);
    return (
      Math.sign(value) === Math.sign(stated) && beyond > -rounding && beyond < 10 ** -decimals + rounding
    );
  }
  return Math.abs(value - stated) <= (decimals >= 4 ? 0.5 * 10 ** -decimals + rounding : rounding);
}

/** Tensors and typed arrays as lists. */
function plain(value: unknown): unknown {
  if (value instanceof plumb.Tensor || value instanceof plumb.Variable) {
    const data = Array.from(value.dataSync());
    return value.dtype === "bool" ? data.map(Boolean) : data;
  }
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  if (Array.isArray(value)) return value.map(plain);
  return value;
}

const flat = (value: unknown): unknown[] => (Array.isArray(value) ? value.flatMap(flat) : [value]);

/** The names a caller can import, read from each door of the library by the compiler, with what their docstrings say. */
import { readFileSync } from "node:fs";
import ts from "typescript";
import { allOps } from "../../packages/plumb/src/ops/index.ts";

export interface Door {
  /** As it is imported: `plumb-ml`. */
  readonly door: string;
  readonly names: readonly PublicName[];
}

/** What is said about a name or a member of one. */
export interface Docs {
  readonly doc: string;
  readonly examples: readonly string[];
}

export interface PublicName extends Docs {
  readonly name: string;
  readonly kind: "class" | "function" | "const" | "type";
  /** The room it lives in: `tensor`, `losses` … */
  readonly room: string;
  /** How it is called or declared, in TypeScript. */
  readonly signatures: readonly string[];
  /** What a class or a type declares itself, beside what it inherits; the functions of an object. */
  readonly members: readonly Member[];
}

export interface Member extends Docs {
  readonly name: string;
  readonly signatures: readonly string[];
}

const shown = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

/** Reads the doors of the library whose package lies in `root`, a path that ends in a slash. */
export function readDoors(root: string): readonly Door[] {
  const { name: library, exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const config = ts.readConfigFile(`${root}tsconfig.build.json`, ts.sys.readFile).config;
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(fileNames, options);
  const checker = program.getTypeChecker();

  /** The names of a module; those of a module exported whole (`export * as random`) as `random.uniform` and so on. */
  function namesOf(module: ts.Symbol, prefix: string): PublicName[] {
    return checker.getExportsOfModule(module).flatMap((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      if (target.flags & ts.SymbolFlags.ValueModule) return namesOf(target, `${prefix}${symbol.name}.`);
      const path = target.declarations?.[0].getSourceFile().fileName.slice(`${root}src/`.length) ?? "";
      const kind = kindOf(target);
      return {
        name: prefix + symbol.name,
        kind,
        room: path.includes("/") ? path.split("/")[0] : "index",
        ...docsOf(target),
        signatures: signaturesOf(target, symbol.name, kind),
        members: kind === "const" ? partsOf(target, symbol.name) : membersOf(target),
      };
    });
  }

  /** What stands above the declaration; for a function derived from an op record, the record's line. */
  function docsOf(symbol: ts.Symbol): Docs {
    const record =
      symbol.declarations?.some(ts.isBindingElement) && allOps.find((op) => op.name === symbol.name);
    const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
    const tags = symbol.getJsDocTags(checker).filter(({ name }) => name === "example");
    const fences = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code.trimEnd());
    return {
      doc: record ? `${record.doc}.` : text.replaceAll(/```ts\n.*?```\n?/gs, "").trimEnd(),
      examples: [...fences, ...tags.map(({ text }) => ts.displayPartsToString(text).trimEnd())],
    };
  }

  function signaturesOf(symbol: ts.Symbol, name: string, kind: PublicName["kind"]): string[] {
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined) return [];
    const type = checker.getTypeOfSymbol(symbol);
    const write = (signature: ts.Signature): string =>
      checker.signatureToString(signature, declaration, shown);
    if (kind === "class") {
      const made = type.getConstructSignatures().filter((one) => isOpen(one.getDeclaration()));
      return made.map((one) => `new ${name}${write(one)}`.replace(/: [^:]*$/, ""));
    }
    if (kind === "function") return type.getCallSignatures().map((one) => `${name}${write(one)}`);
    if (kind === "const") return [`${name}: ${checker.typeToString(type, declaration, shown)}`];
    return ts.isTypeAliasDeclaration(declaration) ? [declaration.getText().replace(/^export /, "")] : [];
  }

  function membersOf(symbol: ts.Symbol): Member[] {
    const declared = symbol.declarations?.find(
      (one) => ts.isClassDeclaration(one) || ts.isInterfaceDeclaration(one),
    );
    return (declared?.members ?? []).flatMap((member: ts.ClassElement | ts.TypeElement) => {
      if (member.name === undefined || ts.isPrivateIdentifier(member.name) || !isOpen(member)) return [];
      const own = checker.getSymbolAtLocation(member.name);
      if (own === undefined || own.declarations?.[0] !== member) return [];
      const name = member.name.getText();
      // What a class's record says is told by the pages in words.
      if (name === "record") return [];
      const type = checker.getTypeOfSymbolAtLocation(own, member);
      const calls = type.getCallSignatures();
      const isStatic = ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static;
      const before = isStatic ? "static " : "";
      const mark = own.flags & ts.SymbolFlags.Optional ? "?" : "";
      const signatures =
        calls.length > 0
          ? calls.map((call) => `${before}${name}${mark}${checker.signatureToString(call, member, shown)}`)
          : [`${before}${name}${mark}: ${checker.typeToString(type, member, shown)}`];
      return [{ name, signatures, ...docsOf(own) }];
    });
  }

  /** The functions of an object such as `random`, with what stands above each where it is written. */
  function partsOf(symbol: ts.Symbol, object: string): Member[] {
    return checker
      .getTypeOfSymbol(symbol)
      .getProperties()
      .flatMap((property) => {
        const written = property.declarations?.[0];
        if (written === undefined) return [];
        const calls = checker.getTypeOfSymbolAtLocation(property, written).getCallSignatures();
        const meant = ts.isShorthandPropertyAssignment(written)
          ? checker.getShorthandAssignmentValueSymbol(written)
          : ts.isPropertyAssignment(written) && ts.isIdentifier(written.initializer)
            ? checker.getSymbolAtLocation(written.initializer)
            : property;
        const home = meant && meant.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(meant) : meant;
        if (calls.length === 0 || home === undefined) return [];
        const { name } = property;
        const signatures = calls.map(
          (call) => `${object}.${name}${checker.signatureToString(call, written, shown)}`,
        );
        return [{ name, signatures, ...docsOf(home) }];
      });
  }

  function kindOf(symbol: ts.Symbol): PublicName["kind"] {
    if (symbol.flags & ts.SymbolFlags.Class) return "class";
    if (symbol.flags & ts.SymbolFlags.Function) return "function";
    if (symbol.flags & ts.SymbolFlags.Variable)
      return checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0 ? "function" : "const";
    return "type";
  }

  return Object.entries<{ "plumb-source": string }>(exports).map(([door, { "plumb-source": source }]) => {
    const file = program.getSourceFile(root + source.slice(2));
    const module = file && checker.getSymbolAtLocation(file);
    return { door: library + door.slice(1), names: module ? namesOf(module, "") : [] };
  });
}

const isOpen = (declaration: ts.Declaration | undefined): boolean =>
  declaration === undefined ||
  !(ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected));

/** Names that do not say in a first sentence what they do. */
export const undocumented = ({ names }: Door): string[] =>
  names.filter(({ doc }) => !/^[^\s].*?[.:]/s.test(doc)).map(({ room, name }) => `${room}: ${name}`);

/** Codes explained, on a terminal: all as a list, one as a page. */
import type { Explained } from "../explain/explained.ts";
import { paragraph, styled, type Setting } from "./findings.ts";
import { cut } from "./format.ts";
import { labelled } from "./report.ts";

/** All codes with their titles, by groups. */
export function listPage(all: readonly Explained[], setting: Setting): string {
  const groups = new Map<string, Explained[]>();
  for (const one of all) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  const pages = [...groups].map(([group, members]) => {
    const lines = members.map(({ code, catalogue, severity, title }) => {
      const what = severity === undefined ? "" : `, ${severity}`;
      return cut(`  ${code}  ${(catalogue ?? "").padEnd(3)} ${title}${what}`, setting.width);
    });
    return [styled(group, ["1"], setting), ...lines].map((line) => `${line}\n`).join("");
  });
  return `${pages.join("\n")}\nplumb explain <code> says more of one, such as plumb explain PL4205 or plumb explain P5.\n`;
}

/** One code: what it is, in paragraphs, thresholds, and a program that shows it. */
export function explainPage(of: Explained, setting: Setting): string {
  const { code, catalogue, severity, title, group, about, thresholds, explains, example } = of;
  const { width } = setting;
  const heading = `${code}${catalogue === undefined ? "" : ` (${catalogue})`}: ${title}`;
  const facts: (readonly [string, readonly string[]])[] = [
    ["Group", [group]],
    ["Severity", [severity === undefined ? "error that is thrown" : `at worst: ${severity}`]],
    ...(thresholds === undefined
      ? []
      : [
          [
            "Thresholds",
            Object.entries(thresholds).flatMap(([name, { value, unit, source }]) => [
              ...paragraph(`${name} = ${Number(value.toPrecision(4))} ${unit}`, width - 12),
              ...paragraph(source, width - 12, "  "),
            ]),
          ] as const,
        ]),
    ...(explains === undefined || explains.length === 0
      ? []
      : [["Explains", explains.flatMap((one) => paragraph(one, width - 12))] as const]),
  ];
  const text = about
    .split(/\n\s*\n/)
    .map((one) => paragraph(one.replaceAll("\n", " "), width).join("\n"))
    .join("\n\n");
  return [
    `${styled(heading, ["1"], setting)}\n`,
    `${text}\n`,
    labelled(facts),
    ...(example === undefined
      ? []
      : [
          `An example, to be saved as a file such as example.mjs in a clone, and run by node:\n\n${example
            .split("\n")
            .map((line) => `    ${line}`.trimEnd())
            .join("\n")}`,
        ]),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

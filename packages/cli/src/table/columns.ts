/** From what the user calls a column to the column. */
import { PlumbError } from "plumb-ml";
import { nearest } from "../nearest.ts";
import type { Column, Table } from "./table.ts";

/**
 * The column with that name; else `last`, or a number counted from 0 (from the end when negative).
 *
 * Errors: PL3002, with the nearest name.
 *
 * @param flag the flag that named it, for the message
 */
export function findColumn(table: Table, asked: string, flag: string): Column {
  const { columns } = table;
  const named = columns.find((column) => column.name === asked);
  if (named !== undefined) return named;
  const place = asked === "last" ? -1 : /^-?\d+$/.test(asked) ? Number(asked) : undefined;
  const placed = place === undefined ? undefined : columns.at(place);
  if (placed !== undefined) return placed;
  const names = columns.map((column) => column.name);
  const near = nearest(asked, names);
  const shown = names.length > 12 ? [...names.slice(0, 11), "…", names[names.length - 1]] : names;
  throw new PlumbError("PL3002", {
    asked: `${flag} ${asked} was given`,
    arrived: table.named
      ? `The columns are ${shown.join(", ")}`
      : `The file has no header, so its ${names.length} columns are called ${names[0]} … ${names[names.length - 1]}`,
    why: "None of them has that name, and it is no place among them",
    fix: near === undefined ? `Name one of them, or write ${flag} last` : `Did you mean ${flag} ${near}`,
  });
}

const isEndless = (value: number): boolean => Math.abs(value) === Infinity;

/** Whether a column holds an infinite value. */
export const isInfinite = (column: Column): boolean =>
  column.kind !== "text" && column.values.some(isEndless);

/** Errors: PL3009 naming the first infinite value of any of the columns, and how many there are. */
export function refuseInfinite(columns: readonly Column[]): void {
  for (const column of columns) {
    if (column.kind === "text") continue;
    const row = column.values.findIndex(isEndless);
    if (row < 0) continue;
    const count = column.values.filter(isEndless).length;
    throw new PlumbError("PL3009", {
      asked: `Column ${column.name} was to be used as numbers`,
      arrived: `Row ${row + 1} holds ${column.values[row]}, ${count === 1 ? "the only infinite value" : `one of ${count} infinite values`}`,
      why: "A mean or a distance with it is infinite too, and so is everything computed from that",
      fix: `Replace ${count === 1 ? "it" : "them"}, leave the field empty for a missing value, or leave the column out with --drop ${column.name}`,
    });
  }
}

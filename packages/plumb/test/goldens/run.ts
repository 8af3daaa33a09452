/** Runs the rooms over a folder. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deliberate } from "./deliberate.ts";
import { Differs, Judge, Waiting, type GoldenCase, type Outcome, type Room } from "./room.ts";

/** The cases of a room in a folder; undefined where its file is not there. */
export function casesOf(room: Room, folder: string): GoldenCase[] | undefined {
  const path = join(folder, room.file);
  return existsSync(path) ? room.cases(JSON.parse(readFileSync(path, "utf8")), folder) : undefined;
}

/** Runs one case and says what became of it. */
export async function judge(room: Room, one: GoldenCase): Promise<Outcome> {
  const held = new Judge(one.tolerance ?? room.tolerance);
  try {
    await one.run(held);
    return { id: one.id, status: "passed", ulps: held.worst };
  } catch (error) {
    const why = (error as Error).message;
    if (error instanceof Waiting) return { id: one.id, status: "waiting", why, ulps: 0 };
    // A name that is refused on purpose is an error by nature.
    const excusable = error instanceof Differs || "identifier" in one.recorded;
    const reason = excusable ? deliberate(one, room, why) : undefined;
    if (reason === undefined) return { id: one.id, status: "failed", why, ulps: 0 };
    return { id: one.id, status: "deliberate", why: reason, ulps: 0 };
  }
}

/** Which works of `lib/works.mjs` pages measure, and how many steps of each make an epoch here. */
export const stepsOfAnEpoch = { A: 512, B: 64, "CE-fwd": 8, "CE-grad": 8 } as const;

export type Measured = keyof typeof stepsOfAnEpoch;
export const measuredWorks = Object.keys(stepsOfAnEpoch) as readonly Measured[];

/** What is to be expected of who knows the frequencies and nothing else. */

/** How often each class 0 … K−1 occurs. Numbers outside are not counted. */
export function countClasses(of: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (let i = 0; i < of.length; i++) if (of[i] >= 0 && of[i] < classes) counts[of[i]] += 1;
  return counts;
}

/** Entropy of frequencies in nats: the cross-entropy of always answering with them. */
export function entropyOf(counts: ArrayLike<number>): number {
  let [total, entropy] = [0, 0];
  for (let i = 0; i < counts.length; i++) total += counts[i];
  for (let i = 0; i < counts.length; i++)
    if (counts[i] > 0) entropy -= (counts[i] / total) * Math.log(counts[i] / total);
  return entropy;
}

/** Runs in a row that try the other way, and runs between two trials: at least, and at most. */
const trial = 3;
const shortest = 16;
const longest = 256;
/** Runs of the usual way that a trial is compared with: the last ones. */
const remembered = 9;

/**
 * Whether a program is faster on all threads or on one, measured as it runs: where others keep the cores busy, threads
 * wait for each other longer than they save. The other way is tried now and then, the more seldom the longer nothing
 * changes. Medians are compared, since a single run whose core was taken away says nothing of the way it went: by their
 * mean, one such run held a program to one thread for hundreds of runs. Both ways give the same bits.
 */
export class Pace {
  /** The way that is usual, and runs until the other is tried. */
  private together = true;
  private left = shortest;
  private interval = shortest;
  /** How long the last runs of the usual way took, in a ring, and those of the trial. */
  private readonly usual = new Float64Array(remembered);
  private readonly tried = new Float64Array(trial);
  private runs = 0;

  /** True if the next run is for all threads. */
  get next(): boolean {
    return this.left > 0 ? this.together : !this.together;
  }

  /** Tells how long that run took. */
  took(time: number): void {
    if (this.left > 0) {
      this.usual[this.runs++ % remembered] = time;
      this.left--;
      return;
    }
    this.tried[-this.left] = time;
    if (--this.left > -trial) return;
    const changes = this.tried.sort()[trial >> 1] < this.usual.slice().sort()[remembered >> 1];
    if (changes) this.together = !this.together;
    this.interval = changes ? shortest : Math.min(2 * this.interval, longest);
    this.left = this.interval;
  }
}

/** Runs in a row that try the other way, and runs between two trials: at least, and at most. */
const trial = 3;
const shortest = 16;
const longest = 1024;
/** What the last run counts for in the mean. */
const weight = 1 / 8;

/**
 * Whether a program is faster on all threads or on one, measured as it runs: where others keep the cores busy, threads
 * wait for each other longer than they save. The other way is tried now and then, the more seldom the longer nothing
 * changes. Both ways give the same bits.
 */
export class Pace {
  /** The way that is usual, how long it takes, and runs until the other is tried. */
  private together = true;
  private usual: number | undefined;
  private left = shortest;
  private interval = shortest;
  /** How long the runs of a trial took so far. */
  private tried = 0;

  /** True if the next run is for all threads. */
  get next(): boolean {
    return this.left > 0 ? this.together : !this.together;
  }

  /** Tells how long that run took. */
  took(time: number): void {
    if (this.left > 0) {
      this.usual = this.usual === undefined ? time : this.usual + weight * (time - this.usual);
      this.left--;
      this.tried = 0;
      return;
    }
    this.tried += time;
    if (--this.left > -trial) return;
    const other = this.tried / trial;
    const changes = this.usual !== undefined && other < this.usual;
    if (changes) {
      this.together = !this.together;
      this.usual = other;
    }
    this.interval = changes ? shortest : Math.min(2 * this.interval, longest);
    this.left = this.interval;
  }
}

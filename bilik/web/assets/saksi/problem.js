/* An error whose message is the line to show: what is wrong, and what to do. */

export class Problem extends Error {}

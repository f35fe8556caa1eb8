/** The variable by which the silos of a fleet are told which rule to leave out. */
export const SABOTAGE_VARIABLE = 'TROUPE_BENCH_SABOTAGE';

/** More orphans than this share of the objects are more likely a wrong or wiped originals bucket than a clean-up. */
export const MAX_ORPHAN_SHARE = 0.05;

import { leaveNothing } from "./leaves-nothing.ts"

/** The files share one box, each leaving it as the commit wants it; at the end nothing is left. */
export const teardown = () => leaveNothing("local")

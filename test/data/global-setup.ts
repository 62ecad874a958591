import { leaveNothing } from "../box/leaves-nothing.ts"

/** The box with the data tier has its own hosts; at the end nothing is left of it. */
export const teardown = () => leaveNothing("local-data")

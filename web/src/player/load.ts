// The picture comes in a chunk of its own (stage.ts, with rrweb). Pages that are going to show one call this while they
// still wait for the server, so that both arrive together; it is loaded once.
export const loadStage = (): Promise<typeof import("./stage")> => import("./stage");

// Loaded first by the processes that memory is measured of, because `berth agent` does the same.
import { enableCompileCache } from "node:module";

enableCompileCache();
